package trials

import (
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/migrations"
)

func TestDropAndAddLosingDataIsARename(t *testing.T) {
	t.Parallel()
	column := migrations.Rename{Kind: migrations.RenameColumn, Schema: "public", Table: "users", From: "legacy", To: "note"}
	table := migrations.Rename{Kind: migrations.RenameTable, Schema: "public", Table: "users", From: "users", To: "people"}
	for _, c := range []struct {
		what   string
		change data.Change
		rename migrations.Rename
		want   bool
	}{
		{"its values", data.Change{Kind: data.ColumnDropped, Table: "public.users", Column: "legacy", Before: 3}, column, true},
		{"another column's", data.Change{Kind: data.ColumnDropped, Table: "public.users", Column: "name", Before: 3}, column, false},
		{"another table's", data.Change{Kind: data.ColumnDropped, Table: "crm.users", Column: "legacy", Before: 3}, column, false},
		{"none", data.Change{Kind: data.ColumnDropped, Table: "public.users", Column: "legacy"}, column, false},
		{
			"some, and the column stays",
			data.Change{Kind: data.ValuesLost, Table: "public.users", Column: "legacy", Before: 3},
			column, false,
		},
		{"the table's rows", data.Change{Kind: data.TableDropped, Table: "public.users", Before: 3}, table, true},
		{"a column of the table", data.Change{Kind: data.ColumnDropped, Table: "public.users", Column: "users", Before: 3}, table, false},
	} {
		if got := lostBy(c.change, c.rename); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}

func TestAColumnComputedFromAnotherIsNoRename(t *testing.T) {
	t.Parallel()
	rename := migrations.Rename{Kind: migrations.RenameColumn, Schema: "public", Table: "reviews", From: "stars", To: "score"}
	for sql, want := range map[string]bool{
		"UPDATE reviews SET score = stars * 2":                                      true,
		"UPDATE reviews SET score = 0":                                              false,
		"ALTER TABLE reviews ADD score int, DROP stars":                             false,
		"CREATE VIEW v AS SELECT stars AS score FROM reviews":                       false,
		"UPDATE reviews SET score = o.stars FROM reviews o WHERE o.id = reviews.id": true,
		"UPDATE public.reviews SET score = rating":                                  true,
		`UPDATE reviews SET kind = 1, "score" = "rating" WHERE rating > 0`:          true,
		"UPDATE reviews SET score = unknown":                                        false,
		"UPDATE orders SET score = rating":                                          false,
		"UPDATE reviews SET rating = score":                                         false,
	} {
		u := &upgrade{statements: []migrations.Statement{{Revision: "3f2a", SQL: sql}}}
		u.before.Shape.Tables = []catalog.Table{{Schema: "public", Name: "reviews", Columns: []catalog.Column{{Name: "rating"}}}}
		if got := u.computes(rename); got != want {
			t.Errorf("%s: %v", sql, got)
		}
	}
}

func TestARenameIsFoundWhereTheBranchDrops(t *testing.T) {
	t.Parallel()
	u := &upgrade{statements: []migrations.Statement{
		{Revision: "", SQL: "ALTER TABLE users DROP COLUMN legacy"},
		{Revision: "a1", Line: 20, SQL: "ALTER TABLE users ADD COLUMN note TEXT"},
		{Revision: "a1", Line: 21, SQL: "ALTER TABLE users DROP COLUMN legacy"},
		{Revision: "b1", Line: 9, SQL: "ALTER TABLE users DROP COLUMN other"},
	}}
	rename := migrations.Rename{Kind: migrations.RenameColumn, Schema: "public", Table: "users", From: "legacy", To: "note"}
	if drop := u.dropOf(rename); drop.Revision != "a1" || drop.Line != 21 {
		t.Errorf("%+v", drop)
	}
	if rename.From = "unnamed"; u.dropOf(rename).Revision != "" {
		t.Errorf("%+v", u.dropOf(rename))
	}
}
