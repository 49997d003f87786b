package catalog

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cascadeFixture is a schema with one object of each kind that CASCADE can drop.
func cascadeFixture() Catalog {
	return Catalog{Objects: map[string]Object{
		"schema:crm":                          {Definition: "schema"},
		"table:crm.houses":                    {Definition: "table"},
		"column:crm.houses.id":                {Definition: "integer", Parent: "table:crm.houses"},
		"column:crm.houses.street":            {Definition: "text", Parent: "table:crm.houses"},
		"constraint:crm.houses.street_check":  {Definition: "CHECK (street <> '')", Parent: "table:crm.houses"},
		"trigger:crm.houses.Touched":          {Definition: "BEFORE UPDATE", Parent: "table:crm.houses"},
		"sequence:crm.houses_id_seq":          {Definition: "sequence", Parent: "column:crm.houses.id"},
		"view:crm.streets":                    {Definition: "SELECT street FROM crm.houses"},
		"function:crm.find(crm.houses, text)": {Definition: "FUNCTION"},
	}}
}

func without(names ...string) Catalog {
	after := Catalog{Objects: maps.Clone(cascadeFixture().Objects)}
	for _, name := range names {
		delete(after.Objects, name)
	}
	return after
}

func TestCollateralFindsWhatCascadeDrops(t *testing.T) {
	cascade := []string{"ALTER TABLE crm.houses DROP COLUMN street CASCADE"}
	for name, c := range map[string]struct {
		after      Catalog
		statements []string
		want       map[string]string
	}{
		"a view": {
			without("view:crm.streets", "column:crm.houses.street"), cascade,
			map[string]string{"crm.streets": "DROP VIEW crm.streets"},
		},
		"a trigger": {
			without("trigger:crm.houses.Touched"),
			[]string{"DROP FUNCTION touch CASCADE"},
			map[string]string{"crm.houses.Touched": `DROP TRIGGER "Touched" ON crm.houses`},
		},
		"a function": {
			without("function:crm.find(crm.houses, text)"), cascade,
			map[string]string{"crm.find": "DROP ROUTINE crm.find(crm.houses, text)"},
		},
		"a part of a name": {
			without("view:crm.streets"),
			[]string{"DROP VIEW crm.streets_old CASCADE"},
			map[string]string{"crm.streets": "DROP VIEW crm.streets"},
		},
		"named": {without("view:crm.streets"), []string{`DROP VIEW "crm"."streets"`}, nil},
		"with its table": {
			without("table:crm.houses", "column:crm.houses.id", "column:crm.houses.street", "constraint:crm.houses.street_check",
				"trigger:crm.houses.Touched", "sequence:crm.houses_id_seq"),
			[]string{"DROP TABLE crm.houses"},
			nil,
		},
		"with its schema":              {Catalog{}, []string{"ALTER SCHEMA crm RENAME TO sales"}, nil},
		"a constraint with its column": {without("constraint:crm.houses.street_check", "column:crm.houses.street"), cascade, nil},
	} {
		var got map[string]string
		for _, l := range cascadeFixture().Collateral(c.after, c.statements) {
			if got == nil {
				got = map[string]string{}
			}
			got[l.Label()] = l.Drop
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", name, diff)
		}
	}
}
