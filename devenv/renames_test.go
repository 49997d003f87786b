package devenv

import (
	"testing"

	"devenv/devenv/database"
	"devenv/migrations"
)

func TestADropAndAnAddLookLikeARenameOnlyWhereTheDropLostItsData(t *testing.T) {
	t.Parallel()
	column := migrations.Rename{Kind: migrations.RenameColumn, Schema: "public", Table: "users", From: "legacy", To: "note"}
	table := migrations.Rename{Kind: migrations.RenameTable, Schema: "public", Table: "users", From: "users", To: "people"}
	for _, c := range []struct {
		what   string
		change database.DataChange
		rename migrations.Rename
		want   bool
	}{
		{"its values", database.DataChange{Kind: database.ColumnDropped, Table: "public.users", Column: "legacy", Before: 3}, column, true},
		{"another column's", database.DataChange{Kind: database.ColumnDropped, Table: "public.users", Column: "name", Before: 3}, column, false},
		{"another table's", database.DataChange{Kind: database.ColumnDropped, Table: "crm.users", Column: "legacy", Before: 3}, column, false},
		{"none", database.DataChange{Kind: database.ColumnDropped, Table: "public.users", Column: "legacy"}, column, false},
		{"some, and the column stays", database.DataChange{Kind: database.ValuesLost, Table: "public.users", Column: "legacy", Before: 3}, column, false},
		{"the table's rows", database.DataChange{Kind: database.TableDropped, Table: "public.users", Before: 3}, table, true},
		{"a column of the table", database.DataChange{Kind: database.ColumnDropped, Table: "public.users", Column: "users", Before: 3}, table, false},
	} {
		if got := lostBy(c.change, c.rename); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}
