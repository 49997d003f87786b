package tool

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
	"devenv/devenv/scratch"
)

func TestContainerPathBelowTwoDotsIsFound(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "compose.yaml"), []byte("services: {}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"init", "-q"},
		{"add", "."},
		{"-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "Begin"},
	} {
		if out, err := exec.Command("git", append([]string{"-C", root}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args, err, out)
		}
	}
	repo, err := gitrepo.Open(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := repo.Tree(t.Context(), gitrepo.TreeOptions{Cache: t.TempDir(), ID: "branch", Treeish: "HEAD"})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	code := types.ServiceVolumeConfig{Type: types.VolumeTypeBind, Source: filepath.Join(tree.Dir(), "..data"), Target: "/app"}
	one := &Tool{settings: discover.MigrationTool{Service: "app"}, checkout: &scratch.Checkout{
		Tree: tree, Model: &types.Project{Services: types.Services{
			"app": {ContainerSpec: types.ContainerSpec{Volumes: []types.ServiceVolumeConfig{code}}},
		}},
	}}
	if got, err := one.RepositoryPath("/app/versions/1.py"); err != nil || got != "..data/versions/1.py" {
		t.Errorf("%q, %v", got, err)
	}
	one.Workdir, one.configPath, one.settings.Config = "/srv", "/srv/alembic.ini", "..data/alembic.ini"
	copied := filepath.Join(tree.Dir(), "..data", "migrations", "env.py")
	if err := os.MkdirAll(filepath.Dir(copied), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(copied, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"/srv/migrations/env.py", "migrations/env.py"} {
		if got, err := one.RepositoryPath(file); err != nil || got != "..data/migrations/env.py" {
			t.Errorf("of a copy: %q, %v", got, err)
		}
	}
	if got, err := one.RepositoryPath("/srv/migrations/other.py"); err == nil {
		t.Errorf("the repository has no such file: %q", got)
	}
}
