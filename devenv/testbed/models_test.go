package testbed

import (
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/migrations"
)

func TestWhatAutogenerateSaysIsNotSaidByTheCatalogsAgain(t *testing.T) {
	t.Parallel()
	const column = "column:public.users.age"
	for _, c := range []struct {
		said, facet string
		want        bool
	}{
		{"type", "type", true},
		{"nullable", "not null", true},
		{"server_default", "default", true},
		{"comment", "comment", true},
		{"", "default", true},
		{"type", "", true},
		{"type", "default", false},
		{"nullable", "identity", false},
	} {
		said := migrations.Operation{Kind: migrations.AlterColumn, Object: column, Facet: c.said}
		if got := saysThis(said, catalog.Difference{Object: column, Facet: c.facet}); got != c.want {
			t.Errorf("%q says %q: %v", c.said, c.facet, got)
		}
		if saysThis(said, catalog.Difference{Object: column + "d", Facet: c.facet}) {
			t.Errorf("%q says something of another column", c.said)
		}
	}
}
