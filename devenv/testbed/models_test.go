package testbed

import (
	"testing"

	"devenv/devenv/base"
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

func TestTheFirstRevisionMakesWhatTheBaseDescribes(t *testing.T) {
	t.Parallel()
	made := migrations.Operation{Kind: migrations.CreateTable, Object: "table:public.members"}
	foreign := migrations.Operation{Kind: migrations.DropTable, Object: "table:public.spatial_ref_sys"}
	b := &Testbed{Base: &base.Base{Noise: []migrations.Operation{made, foreign}}}
	if got := b.Noise(); len(got) != 1 || got[0].Object != foreign.Object {
		t.Errorf("without a revision on the base, it leaves out %v", got)
	}
	b.Base.Seeded.Meta.Head = []string{"0001"}
	if got := b.Noise(); len(got) != 2 {
		t.Errorf("with one, it leaves out %v", got)
	}
	b.Base.Seeded.Meta.Head, b.Request.Existing = nil, true
	if got := b.Noise(); len(got) != 2 {
		t.Errorf("where no revision is made, it leaves out %v", got)
	}
}
