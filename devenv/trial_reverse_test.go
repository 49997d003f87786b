package devenv

import (
	"testing"

	"devenv/devenv/database"
	"devenv/migrations"
)

func TestAColumnThatHoldsOnlyItsDefaultsIsNoLossOnTheWayBack(t *testing.T) {
	t.Parallel()
	shape := func(columns ...database.Column) database.Shape {
		return database.Shape{Tables: []database.Table{{OID: 7, Schema: "shop", Name: "Order", Columns: columns}}}
	}
	old := database.Column{Number: 1, Name: "state", Default: "'new'::text"}
	cases := map[string]struct {
		column     database.Column
		statements []string
		change     database.ChangeKind
		want       bool
	}{
		"a default":                      {database.Column{Number: 2, Name: "Points", Default: "0"}, []string{`ALTER TABLE shop."Order" ADD COLUMN "Points" int DEFAULT 0`}, database.ColumnDropped, true},
		"an identity":                    {database.Column{Number: 2, Name: "Points", Identity: "d"}, nil, database.ColumnDropped, true},
		"an expression":                  {database.Column{Number: 2, Name: "Points", Generated: "lower(a)"}, nil, database.ColumnDropped, true},
		"another column filled":          {database.Column{Number: 2, Name: "Points", Default: "0"}, []string{`UPDATE shop."Order" SET points_of = 3`}, database.ColumnDropped, true},
		"a default, and then filled":     {database.Column{Number: 2, Name: "Points", Default: "0"}, []string{`UPDATE shop."Order" SET "Points" = 3`}, database.ColumnDropped, false},
		"filled in a block of code":      {database.Column{Number: 2, Name: "Points", Default: "0"}, []string{`DO $$ BEGIN UPDATE shop."Order" SET "Points" = 3; END $$`}, database.ColumnDropped, false},
		"no default":                     {database.Column{Number: 2, Name: "Points"}, nil, database.ColumnDropped, false},
		"a column that was there before": {database.Column{Number: 1, Name: "state", Default: "'new'::text"}, nil, database.ColumnDropped, false},
		"values and not the column":      {database.Column{Number: 2, Name: "Points", Default: "0"}, nil, database.ValuesLost, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := &run{}
			r.before.shape, r.after.shape = shape(old), shape(old, c.column)
			for _, sql := range c.statements {
				r.after.statements = append(r.after.statements, migrations.Statement{Revision: "3f2a", SQL: sql})
			}
			if got := r.onlyDefaults(database.DataChange{Table: "shop.Order", Column: c.column.Name, Kind: c.change}); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
