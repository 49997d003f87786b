package trials

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/checks"
	"devenv/devenv/database/catalog"
	"devenv/devenv/testbed"
)

func TestOnlyNamesThatAreGoneAreSought(t *testing.T) {
	t.Parallel()
	columns := func(names ...string) (list []catalog.Column) {
		for i, name := range names {
			list = append(list, catalog.Column{Number: int16(i + 1), Name: name})
		}
		return list
	}
	before := []catalog.Table{
		{OID: 1, Schema: "public", Name: "members", Columns: columns("id", "legacy", "unused")},
		{OID: 2, Schema: "public", Name: "orders", Columns: columns("id", "note")},
		{OID: 3, Schema: "public", Name: "teams", Columns: columns("id")},
		{OID: 4, Schema: "public", Name: "drafts", Columns: columns("id")},
		{OID: 5, Schema: "public", Name: "visits", Columns: columns("id")},
		{OID: 6, Schema: "public", Name: "visits_2026", Partition: true, Columns: columns("id")},
	}
	after := []catalog.Table{
		{OID: 1, Schema: "public", Name: "members", Columns: []catalog.Column{{Number: 1, Name: "id"}, {Number: 2, Name: "old_number"}}},
		{OID: 7, Schema: "public", Name: "orders", Columns: columns("note", "id")}, // made anew
		{OID: 3, Schema: "crm", Name: "teams", Columns: columns("id")},
		{OID: 8, Schema: "public", Name: "drafts_all", Columns: columns("id")},
	}
	up := &upgrade{
		before: testbed.State{Shape: catalog.Shape{Tables: before}},
		after: testbed.State{
			Shape: catalog.Shape{Tables: after}, Catalog: catalog.Catalog{Objects: map[string]catalog.Object{"view:public.drafts": {}}},
		},
	}
	want := []checks.Gone{
		{Table: "public.members", Column: "legacy", Now: "old_number"},
		{Table: "public.members", Column: "unused"},
		{Table: "public.teams", Now: "crm.teams"},
		{Table: "public.visits"},
	}
	if diff := cmp.Diff(want, up.gone()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
