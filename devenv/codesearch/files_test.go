package codesearch

import (
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

func TestOnlyCodeThatUsesTheDatabaseIsSearched(t *testing.T) {
	t.Parallel()
	built := func(context string, binds ...string) types.ServiceConfig {
		var service types.ServiceConfig
		service.Build = &types.BuildConfig{Context: context}
		for _, source := range binds {
			service.Volumes = append(service.Volumes, types.ServiceVolumeConfig{Type: types.VolumeTypeBind, Source: source})
		}
		return service
	}
	after := func(service types.ServiceConfig, name string) types.ServiceConfig {
		service.DependsOn = types.DependsOnConfig{name: {}}
		return service
	}
	services := types.Services{
		"db": built("/tree/db", "/tree/data"), "api": after(built("/tree/api", "/elsewhere", "/tree/shared"), "db"),
		"web": after(built("/tree/web"), "api"), "migrate": built("/tree/tools"),
	}
	within, left := paths("/tree", services, "db", "api", "migrate")
	if want := []string{"api", "shared", "tools"}; !slices.Equal(within, want) {
		t.Errorf("it searches %q, want %q", within, want)
	}
	if want := []string{"db", "data"}; !slices.Equal(left, want) {
		t.Errorf("it leaves out %q, want %q", left, want)
	}
	if within, _ := paths("/tree", types.Services{"db": {}, "api": {}}, "db", "api"); !slices.Equal(within, []string{"."}) {
		t.Errorf("where the code is not known, it searches %q", within)
	}
}

func TestFilesAreInDirectoriesByTheirWholeName(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]bool{"api/main.py": true, "api": true, "apis/main.py": false, "web/api/main.py": false} {
		if got := isIn(file, []string{"./api"}); got != want {
			t.Errorf("%s: %v", file, got)
		}
	}
	for file, want := range map[string]bool{
		"tests/a.py": true, "app/test_a.py": true, "app/a_test.go": true, "web/a.spec.ts": true, "app/contest.py": false, "app/a.py": false,
	} {
		if got := IsTest(file); got != want {
			t.Errorf("%s is a test: %v", file, got)
		}
	}
}
