package checks

import (
	"strings"
	"testing"

	"devenv/devenv/database/data"
	"devenv/migrations"
)

func TestALossMayBeARename(t *testing.T) {
	rename := func(from, to string, uncertain bool) migrations.Rename {
		return migrations.Rename{Kind: migrations.RenameColumn, Schema: "public", Table: "users", From: from, To: to, Uncertain: uncertain}
	}
	other := answers(ready(func(f *Facts) {
		lost(f)
		f.Renames = []migrations.Rename{
			rename("legacy", "note", false), rename("a", "x", true), rename("a", "y", true), rename("b", "x", true), rename("b", "y", true),
		}
	}), Selection{})
	want := `if they are, remove the drops and adds, and start upgrade(), after any autocommit_block, with
    op.alter_column("users", "legacy", new_column_name="note")
    op.alter_column("users", "a", new_column_name="x")  # or y
    op.alter_column("users", "b", new_column_name="y")  # or x
and downgrade() with
    op.alter_column("users", "note", new_column_name="legacy")
    op.alter_column("users", "x", new_column_name="a")
    op.alter_column("users", "y", new_column_name="b")`
	if hint := other["generate.rename"].Hint; hint != want {
		t.Errorf("generate.rename says:\n%s\nwant:\n%s", hint, want)
	}
	const points = "if it is a rename, write it as one: generate.rename says how;\n"
	if hint := other["data.lost"].Hint; !strings.HasPrefix(hint, points) {
		t.Errorf("data.lost says:\n%s", hint)
	}
	of := rename("name", "note", false)
	table := migrations.Rename{Kind: migrations.RenameTable, Schema: "public", Table: "teams", From: "teams", To: "crews"}
	other = answers(ready(func(f *Facts) { lost(f); f.Renames = []migrations.Rename{of, table} }), Selection{})
	if hint := other["data.lost"].Hint; strings.Contains(hint, points) {
		t.Errorf("another column's and another table's rename, and data.lost says:\n%s", hint)
	}
	other = answers(ready(func(f *Facts) {
		f.Data.Changes, f.Renames = []data.Change{{Kind: data.TableDropped, Table: "public.teams", Before: 2}}, []migrations.Rename{table}
	}), Selection{})
	if hint := other["data.lost"].Hint; !strings.HasPrefix(hint, points) {
		t.Errorf("of a table data.lost says:\n%s", hint)
	}
}
