package gitrepo

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv/report"
)

// stopAtConflict runs a git command that stops at a conflict in models.py, and resolves it.
func stopAtConflict(t *testing.T, s sandbox, args ...string) {
	t.Helper()
	if err := git(s.dir, args...).with("GIT_EDITOR=true").run(context.Background()); err == nil {
		t.Fatal("there is no conflict to try")
	}
	s.write("models.py", "both\n")
	s.git("add", "models.py")
}

func TestResolvedUncommittedMergeIsNotRepeated(t *testing.T) {
	s := newSandbox(t)
	s.git("checkout", "-q", "-b", "feature")
	s.write("models.py", "mine\n")
	s.commit("mine")
	s.git("checkout", "-q", "main")
	s.write("models.py", "theirs\n")
	s.commit("theirs")
	s.git("checkout", "-q", "feature")
	stopAtConflict(t, s, "merge", "-q", "main")
	check := s.untouched()
	c := capture(t, s, CaptureOptions{})
	if want := []string{s.git("rev-parse", "HEAD"), s.git("rev-parse", "main")}; strings.Join(c.Parents, " ") != strings.Join(want, " ") {
		t.Errorf("the parents are %v, not %v", c.Parents, want)
	}
	_, files := privateTree(t, s, "main")
	check()
	if files.read("models.py") != "both\n" {
		t.Errorf("the conflict is resolved differently: %q", files.read("models.py"))
	}
	if !s.exists(".git/MERGE_HEAD") {
		t.Error("the user's merge was lost")
	}
}

func TestRebaseOrCherryPickInProgressIsCaptured(t *testing.T) {
	for _, args := range [][]string{{"rebase", "-q", "main"}, {"cherry-pick", "main"}, {"revert", "--no-edit", "HEAD~1"}} {
		s := newSandbox(t)
		s.git("checkout", "-q", "-b", "feature")
		s.write("models.py", "mine\n")
		s.commit("mine")
		s.write("models.py", "mine again\n")
		s.commit("again")
		s.git("checkout", "-q", "main")
		s.write("models.py", "theirs\n")
		s.commit("theirs")
		s.git("checkout", "-q", "feature")
		stopAtConflict(t, s, args...)
		_, files := privateTree(t, s, "")
		if files.read("models.py") != "both\n" {
			t.Errorf("%s: models.py is %q", args[0], files.read("models.py"))
		}
	}
}

func TestWorkingTreeFilesWinOverStagedContent(t *testing.T) {
	s := newSandbox(t)
	s.write("kept.py", "kept\n")
	s.write("kept.log", "ignored once it is not tracked\n")
	s.git("add", "-f", "kept.py", "kept.log")
	s.commit("more")
	s.git("rm", "-q", "--cached", "kept.py", "kept.log")
	s.write("vanished.py", "x\n")
	s.git("add", "vanished.py")
	s.remove("vanished.py")
	s.git("add", "-N", ".")
	s.write("intended.py", "x\n")
	s.git("add", "-N", "intended.py")
	s.remove("intended.py")
	_, files := privateTree(t, s, "")
	if files.read("kept.py") != "kept\n" || files.exists("kept.log") || files.exists("vanished.py") || files.exists("intended.py") {
		t.Error("the tree is not the working tree")
	}
}

func TestSymbolicLinksAreNeverFollowed(t *testing.T) {
	s := newSandbox(t)
	s.write("dir/a.py", "a\n")
	s.write("other.py", "other\n")
	s.commit("more")
	outside := t.TempDir()
	links := map[string]string{
		"out": outside, "dangling": "nowhere", "dir": "versions", "models.py": "other.py", "up": "../..",
		"self": "self",
	}
	for name, to := range links {
		s.remove(name)
		if err := os.Symlink(to, s.path(name)); err != nil {
			t.Fatal(err)
		}
	}
	made, files := privateTree(t, s, "")
	for name, to := range links {
		if got, err := os.Readlink(files.path(name)); err != nil || got != to {
			t.Errorf("%s leads to %q, %v", name, got, err)
		}
	}
	// Back again: writing must not follow the links.
	if err := made.Checkout(context.Background(), "HEAD"); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) > 0 || files.read("dir/a.py") != "a\n" ||
		files.read("models.py") != "one\n" {
		t.Errorf("the tree is not HEAD's, or wrote to %s: %v, %v", outside, entries, err)
	}
}

func TestIndexProvidesModesWithoutFileModeSupport(t *testing.T) {
	s := newSandbox(t)
	s.write("run.sh", "x\n")
	s.git("add", "run.sh")
	s.git("update-index", "--chmod=+x", "run.sh")
	s.git("commit", "-q", "-m", "more")
	s.git("config", "core.fileMode", "false")
	if err := os.Chmod(s.path("models.py"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.write("run.sh", "changed\n")
	_, files := privateTree(t, s, "")
	for name, want := range map[string]os.FileMode{"run.sh": 0o100, "models.py": 0} {
		if info, err := os.Stat(files.path(name)); err != nil || info.Mode().Perm()&0o100 != want {
			t.Errorf("%s is %v, %v", name, info.Mode(), err)
		}
	}
}

func TestTreeFollowsDirectoriesReplacedByFiles(t *testing.T) {
	s := newSandbox(t)
	s.write("thing/a.py", "a\n")
	dir := s.commit("a directory")
	s.remove("thing")
	s.write("thing", "a file\n")
	file := s.commit("a file")
	if err := os.MkdirAll(s.path("empty/er"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, keep := range []bool{false, true} {
		made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: dir, KeepIgnored: keep})
		files.write("thing/cache/made.log", "ignored\n")
		files.write("thing/foreign.py", "foreign\n")
		for _, commit := range []string{file, dir, file} {
			if err := made.Checkout(context.Background(), commit); err != nil {
				t.Fatalf("keeping ignored files %v: %v", keep, err)
			}
			if got := files.git("status", "--porcelain"); got != "" {
				t.Errorf("keeping ignored files %v: %s", keep, got)
			}
		}
		if files.read("thing") != "a file\n" || files.exists("empty") {
			t.Error("the tree is not the commit")
		}
		if err := made.Close(); err != nil {
			t.Fatal(err)
		}
		if err := s.open().RemoveTree(context.Background(), filepath.Dir(files.dir), "x"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMovedRepositoryOrWorktreeKeepsItsTrees(t *testing.T) {
	s := newSandbox(t)
	linked := sandbox{t, filepath.Join(filepath.Dir(s.dir), "linked")}
	s.git("worktree", "add", "-q", linked.dir)
	cache := t.TempDir()
	for _, at := range []sandbox{s, linked} {
		made, err := at.open().Tree(context.Background(), TreeOptions{Cache: cache, ID: filepath.Base(at.dir), Treeish: "HEAD"})
		if err != nil {
			t.Fatal(err)
		}
		if err := made.Close(); err != nil {
			t.Fatal(err)
		}
	}
	moved := sandbox{t, linked.dir + "-moved"}
	s.git("worktree", "move", linked.dir, moved.dir)
	home := sandbox{t, s.dir + "-moved"}
	if err := os.Rename(s.dir, home.dir); err != nil {
		t.Fatal(err)
	}
	home.git("worktree", "repair", moved.dir)
	for at, id := range map[sandbox]string{home: "project", moved: "linked"} {
		at.write("models.py", "moved\n")
		check := at.untouched()
		c := capture(t, at, CaptureOptions{})
		made, files := tree(t, at, TreeOptions{Cache: cache, ID: id, Treeish: c.Commit})
		check()
		wantCheckout(t, made, c.Tree)
		if files.read("models.py") != "moved\n" {
			t.Errorf("the tree of %s is not the capture", at.dir)
		}
	}
}

func TestReplacedAndGraftedCommitsAreHonoured(t *testing.T) {
	s, _ := behind(t)
	s.git("stash", "-q")
	first := s.git("rev-parse", "main~1")
	s.git("checkout", "-q", "--orphan", "new-root")
	root := s.commit("the same, without its history")
	s.git("checkout", "-q", "feature")
	s.git("stash", "pop", "-q")
	s.git("replace", first, root)
	_, files := privateTree(t, s, "main")
	if files.read("other.py") != "base\n" || files.read("models.py") != "feature\n" {
		t.Error("the tree is not the merge")
	}
}

func TestBaseMayBeAnAnnotatedOrNestedTag(t *testing.T) {
	s := newSandbox(t)
	first := s.git("rev-parse", "HEAD")
	s.git("tag", "-a", "-m", "first", "v1")
	s.git("tag", "-a", "-m", "again", "stable", "v1")
	s.git("checkout", "-q", "-b", "feature")
	s.write("models.py", "two\n")
	s.commit("two")
	wantBase(t, s, "v1", "refs/tags/v1", first)
	wantBase(t, s, "stable", "refs/tags/stable", first)
	s.write("new.py", "new\n")
	if _, files := privateTree(t, s, "stable"); files.read("new.py") != "new\n" {
		t.Error("the tree is not the capture")
	}
}

func TestAnUnwritableGitDirectoryIsNamed(t *testing.T) {
	s := newSandbox(t)
	if err := s.open().Unwritable(); err != nil {
		t.Error(err)
	}
	// No user may write there, not even root.
	wantFailure(t, (&Repo{gitDir: "/proc/sys"}).Unwritable(), report.KindWork, "/proc/sys", "writable for you")
}
