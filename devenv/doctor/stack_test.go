package doctor

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

func TestDirectoriesNamedWithTwoDotsAreInside(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "git", "init", "-q", root).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	found := judgeDataDirectory(t.Context(), root, "db", filepath.Join(root, "..data"), nil)
	if strings.Contains(found.summary, "outside") || !strings.Contains(found.remedy, "/..data/ >> .gitignore") {
		t.Errorf("%+v", found)
	}
}

func TestEveryServiceThatFailsHasItsRemedy(t *testing.T) {
	got := judgeStack([]string{"api (exited with 1): no table", "db (paused): still"}, []string{"devenv reset", "docker compose unpause db"},
		[]string{"web (exited with 2)"}, nil, 1)
	for _, want := range []string{"no table", "db (paused)", "web (exited with 2)", "devenv reset", "unpause db"} {
		if !strings.Contains(fmt.Sprint(got), want) {
			t.Errorf("%+v lacks %q", got, want)
		}
	}
}

func TestASlowRestartLoopIsNoHealth(t *testing.T) {
	const slow = "web runs, but it has ended before"
	if got := judgeStack(nil, nil, nil, []string{slow}, 2); got.status != Warn || got.summary != slow {
		t.Errorf("%+v", got)
	}
	if got := judgeStack(nil, nil, nil, nil, 2); got.status != Pass {
		t.Errorf("%+v", got)
	}
}

func TestABuiltDatabaseIsLookedUpByComposesName(t *testing.T) {
	service := types.ServiceConfig{Name: "db"}
	if got := imageOf("shop", service); got != "shop-db" {
		t.Errorf("a built one is %s", got)
	}
	service.Image = "postgres:17"
	if got := imageOf("shop", service); got != "postgres:17" {
		t.Errorf("a named one is %s", got)
	}
}
