package testbed

import (
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/migrations"
)

func TestADifferenceIsNotReportedTwice(t *testing.T) {
	t.Parallel()
	const column = "column:public.users.age"
	for _, c := range []struct {
		operation, facet string
		want             bool
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
		operation := migrations.Operation{Kind: migrations.AlterColumn, Object: column, Facet: c.operation}
		if got := covers(operation, catalog.Difference{Object: column, Facet: c.facet}); got != c.want {
			t.Errorf("%q covers %q: %v", c.operation, c.facet, got)
		}
		if covers(operation, catalog.Difference{Object: column + "d", Facet: c.facet}) {
			t.Errorf("%q covers another column", c.operation)
		}
	}
}
