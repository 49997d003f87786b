package trials

import (
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/writes"
)

func TestWhatFailedBeforeARenameIsNotNew(t *testing.T) {
	t.Parallel()
	table := func(oid uint32, name, column string) catalog.Table {
		return catalog.Table{OID: oid, Schema: "public", Name: name, Columns: []catalog.Column{{Number: 1, Name: column}}}
	}
	var up upgrade
	up.before.Shape.Tables = []catalog.Table{table(7, "teams", "id"), table(8, "users", "id"), table(9, "gone", "id")}
	up.after.Shape.Tables = []catalog.Table{table(7, "crews", "number"), table(8, "teams", "id")}
	behind := func(table, column string) writes.Failed {
		return writes.Failed{Table: table, Column: column, SQLState: "23505", Message: "the sequence of " + table}
	}
	was := behind("public.teams", "id")
	for _, c := range []struct {
		what string
		is   writes.Failed
		want bool
	}{
		{"the table and its column under new names", behind("public.crews", "number"), true},
		{"another table under the old name", behind("public.teams", "id"), false},
		{"another column", behind("public.crews", "id"), false},
		{"another refusal", writes.Failed{Table: "public.crews", Column: "number", SQLState: "42501"}, false},
	} {
		if got := up.failsAlike(was, c.is); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
	if gone := behind("public.gone", "id"); !up.failsAlike(gone, gone) {
		t.Error("a table that is gone does not fail as it did")
	}
}
