package devenv

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"devenv/devenv/branch"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/scratch"
)

// wantModes checks the permissions of directories and files below dir.
func wantModes(t *testing.T, dir string, want map[string]fs.FileMode) {
	t.Helper()
	for name, mode := range want {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s has mode %v, want %v: %v", filepath.Join(dir, name), info.Mode().Perm(), mode, err)
		}
	}
}

func TestIgnoredFilesStayPrivate(t *testing.T) {
	t.Setenv("DEVENV_CACHE", filepath.Join(t.TempDir(), "cache"))
	dir := t.TempDir()
	git := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=u", "-c", "user.email=u@x"}, args...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s", out)
		}
		return string(out)
	}
	write := func(name, content string, mode fs.FileMode) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q", "-b", "main")
	write(".gitignore", ".env\nhook\n", 0o644)
	git("add", ".")
	git("commit", "-q", "-m", "first")
	write(".env", "PASSWORD=one\n", 0o600)
	write("hook", "#!/bin/sh\n", 0o755)
	before := git("count-objects", "-v")

	repo, err := gitrepo.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	cache, err := project.KeepCaptures(repo, project.WorktreeID(repo.Root()))
	if err != nil {
		t.Fatal(err)
	}
	workspace := &project.Workspace{Repo: repo, Cache: cache, Identity: project.Identity{WorktreeID: project.WorktreeID(dir)}}
	base, err := repo.ResolveBase(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	capture := func() (*branch.Work, string) {
		t.Helper()
		work, err := branch.Read(t.Context(), repo, base, []string{".env", "hook"})
		if err != nil {
			t.Fatal(err)
		}
		id, err := repo.WithIncluded(t.Context(), base.Commit, work.Capture)
		if err != nil {
			t.Fatal(err)
		}
		return work, id
	}
	work, baseTree := capture()
	for name, treeish := range map[string]string{"base": baseTree, "branch": work.Capture.Commit} {
		s, err := scratch.CheckOut(t.Context(), workspace, name, treeish, work.Capture)
		if err != nil {
			t.Fatal(err)
		}
		wantModes(t, s.Tree.Dir(), map[string]fs.FileMode{".env": 0o600, "hook": 0o755})
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	wantModes(t, cache, map[string]fs.FileMode{".": 0o700, "trees": 0o700, "objects": 0o700})
	if after := git("count-objects", "-v"); after != before {
		t.Errorf("the user's repository has more objects than before:\n%s", after)
	}
	write(".env", "PASSWORD=two\n", 0o600)
	if _, changed := capture(); changed == baseTree {
		t.Error("a changed ignored file gives the same tree")
	}
}
