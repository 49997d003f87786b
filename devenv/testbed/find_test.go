package testbed

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/session"
)

// TestDirectoriesNamedWithTwoDotsAreInside uses the example of "..data" in Kubernetes volumes.
func TestDirectoriesNamedWithTwoDotsAreInside(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", root).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	repo, err := gitrepo.Open(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	b := New(session.New("test", session.Options{}), Request{})
	b.Workspace = &project.Workspace{Repo: repo, Model: &types.Project{WorkingDir: filepath.Join(repo.Root(), "..data")}}
	if paths := b.ignoredPaths(nil); !slices.Equal(paths, []string{"..data/.env"}) {
		t.Errorf("ignored files of a project in ..data: %q", paths)
	}
}
