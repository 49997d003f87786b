package devenv

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/checks"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/session"
)

// TestWhatLiesInADirectoryWhoseNameBeginsWithTwoDotsIsInTheRepository, which "..data" of Kubernetes' volumes is an example of.
func TestWhatLiesInADirectoryWhoseNameBeginsWithTwoDotsIsInTheRepository(t *testing.T) {
	root := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", root).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	repo, err := gitrepo.Open(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(repo.Root(), "..data")
	r := newRun(session.New("test", Options{}), checks.Selection{})
	r.Workspace = &project.Workspace{Repo: repo, Model: &types.Project{WorkingDir: data}}
	if paths := r.ignoredPaths(nil); !slices.Equal(paths, []string{"..data/.env"}) {
		t.Errorf("taken along of a project in ..data: %q", paths)
	}
}
