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
		{"one of them", Index{Valid: true, Columns: []int16{2}}, true},
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
