package stack

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"

	"devenv/compose/engine"
)

func TestDownRemovesOrphansOnlyOnRequest(t *testing.T) {
	t.Parallel()
	model := &types.Project{
		Name: "shop", Services: types.Services{"web": {}, "db": {}}, DisabledServices: types.Services{"debug": {}},
	}
	var all []engine.Container
	for _, c := range [][2]string{
		{"shop-web-1", "web"}, {"shop-old-1", "old"}, {"shop-db-1", "db"}, {"shop-debug-1", "debug"}, {"shop-web-2", "web"},
	} {
		all = append(all, engine.Container{Name: c[0], Labels: map[string]string{engine.ServiceLabel: c[1]}})
	}
	item := func(name, service string) DownItem {
		return DownItem{Service: service, Project: "shop", Container: name}
	}
	own := []DownItem{item("shop-db-1", "db"), item("shop-web-1", "web"), item("shop-web-2", "web")}

	removed, orphans := containersToRemove(model, all, DownOptions{})
	if diff := cmp.Diff(own, removed); diff != "" || len(orphans) != 1 || orphans[0].Name != "shop-old-1" {
		t.Errorf("orphans %v; removed (-want +got):\n%s", orphans, diff)
	}
	removed, orphans = containersToRemove(model, all, DownOptions{RemoveOrphans: true})
	want := []DownItem{own[0], item("shop-old-1", "old"), own[1], own[2]}
	if diff := cmp.Diff(want, removed); diff != "" || orphans != nil {
		t.Errorf("with --remove-orphans: orphans %v; removed (-want +got):\n%s", orphans, diff)
	}
}
