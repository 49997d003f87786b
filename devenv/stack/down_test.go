package stack

import (
	"slices"
	"strings"
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

func TestDownCountsVolumesThatGoWithTheirContainer(t *testing.T) {
	t.Parallel()
	model, unnamed := &types.Project{Services: types.Services{"web": {}}}, strings.Repeat("0a", 32)
	var c engine.Container
	for _, name := range []string{"shop_pgdata", unnamed, "shop_before", unnamed} {
		c.Mounts = append(c.Mounts, engine.Mount{Type: "volume", Name: name})
	}
	c.Mounts = append(c.Mounts, engine.Mount{Type: "bind", Source: "/srv"})
	for service, want := range map[string]struct {
		goes  []DownItem
		stays []string
	}{
		"web": {[]DownItem{{Service: "web", Project: "shop", Volume: unnamed}}, []string{"shop_before"}},
		"old": {nil, []string{unnamed, "shop_before"}},
	} {
		removed := DownItem{Service: service, Project: "shop", Container: "shop-" + service + "-1"}
		goes, stays := mountedVolumes(model, c, removed, map[string]bool{"shop_pgdata": true})
		if diff := cmp.Diff(want.goes, goes); diff != "" || !slices.Equal(stays, want.stays) {
			t.Errorf("%s: %q stays; removed (-want +got):\n%s", service, stays, diff)
		}
	}
}
