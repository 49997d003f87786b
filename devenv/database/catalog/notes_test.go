package catalog

import (
	"strings"
	"testing"
)

func TestForeignKeyNeedsAValidFullIndex(t *testing.T) {
	t.Parallel()
	parent := Table{OID: 1, Schema: "public", Name: "teams"}
	child := Table{OID: 2, Schema: "public", Name: "users", Columns: []Column{
		{Number: 1, Name: "id"},
		{Number: 2, Name: "team"},
		{Number: 3, Name: "tenant"},
	}}
	before := &Shape{Tables: []Table{parent, child}}
	child.Constraints = []Constraint{{Kind: "f", Name: "fk", Columns: []int16{2, 3}, Parent: 1, Valid: true}}
	for _, c := range []struct {
		what  string
		index Index
		noted bool
	}{
		{"the columns", Index{Valid: true, Columns: []int16{2, 3}}, false},
		{"in another order, and one more", Index{Valid: true, Columns: []int16{3, 2, 1}}, false},
		{"after another one", Index{Valid: true, Columns: []int16{1, 2, 3}}, true},
		{"one of them", Index{Valid: true, Columns: []int16{2}}, false},
		{"of some rows", Index{Valid: true, Columns: []int16{2, 3}, Predicate: "(team IS NOT NULL)"}, true},
		{"left INVALID", Index{Columns: []int16{2, 3}}, true},
	} {
		child.Indexes = []Index{c.index}
		notes := Notes(before, &Shape{Tables: []Table{parent, child}})
		if noted := len(notes) == 1 && strings.HasPrefix(notes[0].Text, "fk has no index on (team, tenant)"); noted != c.noted || !noted &&
			len(notes) > 0 {
			t.Errorf("an index on %s: %+v", c.what, notes)
		}
	}
}

func TestANewCascadeIsNotedOnce(t *testing.T) {
	t.Parallel()
	parent := Table{OID: 1, Schema: "public", Name: "skills"}
	child := Table{OID: 2, Schema: "public", Name: "likes", Columns: []Column{
		{Number: 1, Name: "skill"},
		{Number: 2, Name: "name"},
		{Number: 3, Name: "origin"},
	}, Indexes: []Index{{Valid: true, Columns: []int16{1}}, {Valid: true, Columns: []int16{3}}}}
	key := func(columns ...int16) []Constraint {
		return []Constraint{{Kind: "f", Name: "fk", Columns: columns, Parent: 1, Valid: true, OnDelete: "c"}}
	}
	const also, fresh = "skills now also deletes its rows in likes", "skills, which is new, deletes its rows in likes"
	for what, c := range map[string]struct {
		was  []Constraint
		made bool
		want string
	}{
		"the first one":          {nil, false, also},
		"of a new table":         {nil, true, fresh},
		"of fewer columns":       {key(1), false, ""},
		"of another column":      {key(3), false, also},
		"of more columns before": {key(1, 2, 3), false, also},
	} {
		was, is := child, child
		was.Constraints, is.Constraints = c.was, key(2, 1)
		before := &Shape{Tables: []Table{parent, was}}
		if c.made {
			before.Tables = before.Tables[1:]
		}
		var got []string
		for _, n := range Notes(before, &Shape{Tables: []Table{parent, is}}) {
			got = append(got, n.Text)
		}
		if text := strings.Join(got, "; "); (c.want == "") != (text == "") || !strings.Contains(text, c.want) {
			t.Errorf("%s: %q", what, text)
		}
	}
}
