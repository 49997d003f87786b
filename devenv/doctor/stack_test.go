package doctor

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/userdata"
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

func TestKeptDataIsCountedWhereItIs(t *testing.T) {
	in := func(volume, command string) userdata.Replaced {
		return userdata.Replaced{
			Command: command, Snapshot: "before", Meta: database.SnapshotMeta{Bytes: 1 << 20},
			Store: database.Store{Mount: engine.Mount{Type: "volume", Name: volume}, Directory: "/data/.devenv"},
		}
	}
	for want, kept := range map[string][]userdata.Replaced{
		"1 replaced database kept in volume one, 1 MB, for undo":                           {in("one", "reset")},
		"2 replaced databases kept in volume one and volume two, 2 MB, 1 of them for undo": {in("one", "reset"), in("two", "undo")},
		"1 replaced database kept in volume one, 1 MB, replaced by undo":                   {in("one", "undo")},
	} {
		if got := keptWhere(kept); got != want {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
}
