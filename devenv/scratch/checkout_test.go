package scratch

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/config"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// lines records what programs print.
type lines []string

func (l *lines) Emit(e report.Event) {
	if output, ok := e.(report.StepOutput); ok {
		*l = append(*l, output.Line)
	}
}

func TestPrepareInAHookSeesThePrivateTree(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	for _, args := range [][]string{{"init", "-q"}, {
		"-c", "user.name=u", "-c", "user.email=u@x", "commit", "-q", "--allow-empty", "-m",
		"first",
	}} {
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s", out)
		}
	}
	// As git exports them to a pre-commit hook.
	t.Setenv("GIT_DIR", filepath.Join(dir, ".git"))
	t.Setenv("GIT_INDEX_FILE", filepath.Join(dir, ".git", "index.lock"))
	t.Setenv("GIT_WORK_TREE", dir)
	repo, err := gitrepo.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := repo.Tree(t.Context(), gitrepo.TreeOptions{Cache: cache, ID: "x", Treeish: "HEAD"})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close() //nolint:errcheck // only read from
	var printed lines
	s := &Checkout{Name: "branch", Tree: tree, Workspace: &project.Workspace{Config: &config.Config{Prepare: []string{"git rev-parse --show-toplevel --git-path index"}}}}
	if err := step.NewRunner(&printed).Run(t.Context(), step.New("prepare", s.Prepare)); err != nil {
		t.Fatal(err, report.OutputOf(err))
	}
	want := []string{tree.Dir(), filepath.Join(repo.CommonDir(), "devenv", "x", "index")}
	if strings.Join(printed, "\n") != strings.Join(want, "\n") {
		t.Errorf("git in the tree sees %q, not %q", printed, want)
	}
}

func TestServicesAreBuiltAlikeWhateverTheyMount(t *testing.T) {
	t.Parallel()
	services := types.Services{}
	for name, target := range map[string]string{"tool": "dev", "plain": "dev", "other": "production", "pulled": "", "too": ""} {
		service := types.ServiceConfig{Name: name}
		if target != "" {
			service.Build = &types.BuildConfig{Context: "/tree", Target: target}
		}
		if name == "tool" {
			service.Volumes = []types.ServiceVolumeConfig{{Source: "/tree", Target: "/app"}}
		}
		services[name] = service
	}
	s := &Checkout{Model: &types.Project{Services: services}}
	for pair, want := range map[[2]string]bool{
		{"tool", "plain"}: true, {"tool", "other"}: false, {"tool", "pulled"}: false, {"pulled", "too"}: false,
	} {
		if got := s.BuiltAlike(pair[0], pair[1]); got != want {
			t.Errorf("%v: %t, want %t", pair, got, want)
		}
	}
}
