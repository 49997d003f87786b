package trials

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/migrations"
)

func TestDroppingAColumnOfDefaultsLosesNothing(t *testing.T) {
	t.Parallel()
	shape := func(columns ...catalog.Column) catalog.Shape {
		return catalog.Shape{Tables: []catalog.Table{{OID: 7, Schema: "shop", Name: "Order", Columns: columns}}}
	}
	old := catalog.Column{Number: 1, Name: "state", Default: "'new'::text"}
	cases := map[string]struct {
		column     catalog.Column
		statements []string
		change     data.ChangeKind
		want       bool
	}{
		"a default":                  {catalog.Column{Number: 2, Name: "Points", Default: "0"}, []string{`ALTER TABLE shop."Order" ADD COLUMN "Points" int DEFAULT 0`}, data.ColumnDropped, true},
		"an identity":                {catalog.Column{Number: 2, Name: "Points", Identity: "d"}, nil, data.ColumnDropped, true},
		"an expression":              {catalog.Column{Number: 2, Name: "Points", Generated: "lower(a)"}, nil, data.ColumnDropped, true},
		"another column filled":      {catalog.Column{Number: 2, Name: "Points", Default: "0"}, []string{`UPDATE shop."Order" SET points_of = 3`}, data.ColumnDropped, true},
		"a default, and then filled": {catalog.Column{Number: 2, Name: "Points", Default: "0"}, []string{`UPDATE shop."Order" SET "Points" = 3`}, data.ColumnDropped, false},
		"filled in a block of code":  {catalog.Column{Number: 2, Name: "Points", Default: "0"}, []string{`DO $$ BEGIN UPDATE shop."Order" SET "Points" = 3; END $$`}, data.ColumnDropped, false},
		"no default":                 {catalog.Column{Number: 2, Name: "Points"}, nil, data.ColumnDropped, false},
		"a column that was there before": {
			catalog.Column{Number: 1, Name: "state", Default: "'new'::text"},
			nil, data.ColumnDropped, false,
		},
		"values and not the column": {catalog.Column{Number: 2, Name: "Points", Default: "0"}, nil, data.ValuesLost, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			u := &upgrade{}
			u.before.Shape, u.after.Shape = shape(old), shape(old, c.column)
			for _, sql := range c.statements {
				u.statements = append(u.statements, migrations.Statement{Revision: "3f2a", SQL: sql})
			}
			if got := u.onlyDefaults(data.Change{Table: "shop.Order", Column: c.column.Name, Kind: c.change}); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestEarlierChangeExplainsItsColumnOrRowsOnly(t *testing.T) {
	t.Parallel()
	rows := data.Change{Kind: data.RowsLost, Table: "public.users"}
	name := data.Change{Kind: data.ValuesChanged, Table: "public.users", Column: "name"}
	for _, c := range []struct {
		what           string
		change, before data.Change
		want           bool
	}{
		{"the same column", name, name, true},
		{"another column", data.Change{Table: "public.users", Column: "email"}, name, false},
		{"the column's rows", name, rows, true},
		{"rows, where a column changed", rows, name, false},
		{"a column of that name elsewhere", data.Change{Table: "public.teams", Column: "name"}, name, false},
	} {
		if got := explained(c.change, []data.Change{c.before}); got != c.want {
			t.Errorf("%s: explained is %v", c.what, got)
		}
	}
}

func TestElementsThatWereRowsHaveNoOrder(t *testing.T) {
	t.Parallel()
	u := &upgrade{}
	u.after.Shape.Tables = []catalog.Table{{Schema: "public", Name: "courses", Columns: []catalog.Column{{Number: 1, Name: "kept"}}}}
	for _, c := range []struct {
		change data.Change
		want   bool
	}{
		{data.Change{Table: "public.courses", Column: "tags", Reordered: true}, false},
		{data.Change{Table: "public.courses", Column: "tags"}, true},
		{data.Change{Table: "public.courses", Column: "kept", Reordered: true}, true},
		{data.Change{Table: "public.lessons", Column: "tags", Reordered: true}, true},
	} {
		if got := u.leavesToDowngrade(c.change); got != c.want {
			t.Errorf("%+v: the downgrade is to blame: %t", c.change, got)
		}
	}
}

func TestUpgradesMayDifferOnlyInNewRowNumbers(t *testing.T) {
	t.Parallel()
	column := func(n int16, name, hash string) (catalog.Column, data.ColumnPrint) {
		return catalog.Column{Number: n, Name: name}, data.ColumnPrint{Number: n, Name: name, Values: 2, Hash: hash, Keyed: hash}
	}
	shape, first, again := catalog.Shape{}, data.Fingerprint{}, data.Fingerprint{}
	for i, name := range []string{"grown", "pointing", "numbered", "same"} {
		table := catalog.Table{OID: uint32(i + 1), Schema: "public", Name: name}
		print := data.TablePrint{OID: uint32(i + 1), Schema: "public", Name: name, Rows: 2, SampledBy: 1, Key: []string{"id"}}
		other := print
		for n, name := range []string{"id", "parent", "n_" + name} {
			c, p := column(int16(n+1), name, "first")
			table.Columns, print.Columns = append(table.Columns, c), append(print.Columns, p)
			if name != "id" {
				p.Hash, p.Keyed = "again", "again"
			}
			other.Columns = append(other.Columns, p)
		}
		shape.Tables, first.Tables, again.Tables = append(shape.Tables, table), append(first.Tables, print), append(again.Tables, other)
	}
	shape.Tables[1].Constraints = []catalog.Constraint{{Kind: "f", Columns: []int16{2}, Parent: 1}}
	u := &upgrade{}
	u.before.Shape, u.after.Shape, u.after.Fingerprint = shape, shape, first
	u.before.Fingerprint.Tables = slices.Clone(first.Tables)
	u.before.Fingerprint.Tables[0].Rows = 1
	u.statements = []migrations.Statement{{Revision: "3f2a", SQL: "UPDATE numbered SET n_numbered = nextval('s')"}}
	blamed := []data.Change{{Kind: data.ValuesChanged, Table: "public.same", Column: "parent"}}
	var got []string
	for _, c := range u.roundTripDifferences(first, again, blamed) {
		got = append(got, c.Table+"."+c.Column)
	}
	want := []string{"public.pointing.n_pointing", "public.numbered.parent", "public.same.n_same"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOnlyTablesThatTriggersFillAreLogs(t *testing.T) {
	t.Parallel()
	print := func(rows int64) data.Fingerprint {
		return data.Fingerprint{Tables: []data.TablePrint{{OID: 1, Schema: "public", Name: "log", Rows: rows}}}
	}
	for _, c := range []struct {
		what, sql            string
		was, is              int64
		wantLogging, wantOwn bool
	}{
		{"a trigger writes", "UPDATE users SET name = 'x'", 1, 3, true, false},
		{"its function is made", "CREATE FUNCTION f() AS 'INSERT INTO log VALUES (1)'", 1, 3, true, false},
		{"a statement writes", "INSERT INTO log VALUES (1)", 1, 3, false, true},
		{"nothing writes", "UPDATE users SET name = 'x'", 3, 3, false, false}, // the way back may
	} {
		u := &upgrade{}
		u.before.Fingerprint, u.after.Fingerprint = print(c.was), print(c.is)
		u.statements = []migrations.Statement{{Revision: "3f2a", SQL: c.sql}}
		if got := u.logs("public.log"); got != c.wantLogging {
			t.Errorf("%s: got %v", c.what, got)
		}
		if got := u.writes("public.log"); got != c.wantOwn {
			t.Errorf("%s: the branch writes it itself: %v", c.what, got)
		}
	}
}
