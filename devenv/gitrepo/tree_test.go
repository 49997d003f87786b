package gitrepo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv/report"
)

// tree creates a private tree that is closed at the end of the test.
func tree(t *testing.T, s sandbox, opts TreeOptions) (*Tree, sandbox) {
	t.Helper()
	made, err := s.open().Tree(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := made.Close(); err != nil {
			t.Error(err)
		}
	})
	return made, sandbox{t, made.Dir()}
}

// wantCheckout checks that a private tree holds exactly a commit or tree.
func wantCheckout(t *testing.T, made *Tree, treeish string) {
	t.Helper()
	for _, args := range [][]string{{"diff", "--name-status", treeish}, {"ls-files", "-o", "--exclude-standard"}} {
		if got, err := made.git(args...).line(context.Background()); err != nil || got != "" {
			t.Errorf("the private tree is not %s: %s, %v", treeish, got, err)
		}
	}
}

func TestPrivateTreeIsUnknownToTheUsersGit(t *testing.T) {
	s := newSandbox(t)
	s.write("models.py", "changed\n")
	s.write("new.py", "new\n")
	c := capture(t, s, CaptureOptions{})
	check := s.untouched()
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "branch", Treeish: c.Commit})
	check()
	if files.read("models.py") != "changed\n" || files.read("new.py") != "new\n" {
		t.Error("the tree is not the capture")
	}
	wantCheckout(t, made, c.Commit)
	if got := files.git("rev-parse", "HEAD", "--show-toplevel"); got != s.git("rev-parse", "HEAD")+"\n"+made.Dir() {
		t.Errorf("git in the tree sees %s", got)
	}
	if got := files.git("status", "--porcelain"); got != "M  models.py\nA  new.py" {
		t.Errorf("git in the tree does not see the user's changes: %s", got)
	}
	check()
}

func TestUpdatingATreeWritesOnlyDifferences(t *testing.T) {
	s := newSandbox(t)
	cache := t.TempDir()
	made, files := tree(t, s, TreeOptions{Cache: cache, ID: "branch", Treeish: "HEAD"})
	before, err := os.Stat(files.path("versions/0001_first.py"))
	if err != nil {
		t.Fatal(err)
	}
	files.write("foreign/new.py", "x\n")
	files.write("cache/made", "ignored\n")
	files.write("models.py", "scribbled\n")
	s.write("added.py", "added\n")
	second := s.commit("second")
	if err := made.Close(); err != nil {
		t.Fatal(err)
	}
	made, files = tree(t, s, TreeOptions{Cache: cache, ID: "branch", Treeish: second, KeepIgnored: true})
	after, err := os.Stat(files.path("versions/0001_first.py"))
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Error("an up-to-date file was written again")
	}
	if files.read("models.py") != "one\n" || files.read("added.py") != "added\n" || files.exists("foreign") || !files.exists("cache/made") {
		t.Error("the tree was not updated")
	}
	made.keepIgnored = false
	if err := made.Checkout(context.Background(), "HEAD"); err != nil {
		t.Fatal(err)
	}
	if files.exists("cache") {
		t.Error("an ignored file stayed")
	}
}

func TestCheckoutOfATreeObjectHasUsersHead(t *testing.T) {
	s := newSandbox(t)
	id, err := s.open().WithFiles(context.Background(), "HEAD", []string{"versions"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: id})
	wantCheckout(t, made, id)
	if files.exists("versions") || files.git("rev-parse", "HEAD") != s.git("rev-parse", "HEAD") {
		t.Error("the tree is not the requested one")
	}
}

func TestTreeRecoversFromDamageAndKilledGit(t *testing.T) {
	s := newSandbox(t)
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: "HEAD"})
	for name, content := range map[string]string{"index": "garbage", "index.lock": "", "MERGE_HEAD": "junk"} {
		if err := os.WriteFile(filepath.Join(made.gitDir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files.remove("models.py")
	if err := made.Checkout(context.Background(), "HEAD"); err != nil {
		t.Fatal(err)
	}
	if files.read("models.py") != "one\n" || files.git("status", "--porcelain") != "" {
		t.Error("the tree is not repaired")
	}
}

func TestTreesAreExclusiveAndPerWorktree(t *testing.T) {
	s := newSandbox(t)
	cache := t.TempDir()
	tree(t, s, TreeOptions{Cache: cache, ID: "one", Treeish: "HEAD"})
	_, err := s.open().Tree(context.Background(), TreeOptions{Cache: cache, ID: "one", Treeish: "HEAD"})
	wantFailure(t, err, report.KindWork, filepath.Join(cache, "one"), "another process")
	linked := sandbox{t, filepath.Join(filepath.Dir(s.dir), "linked")}
	s.git("worktree", "add", "-q", linked.dir)
	linked.write("models.py", "linked\n")
	_, files := tree(t, linked, TreeOptions{Cache: cache, ID: "two", Treeish: capture(t, linked, CaptureOptions{}).Commit})
	if files.read("models.py") != "linked\n" {
		t.Error("the second worktree's tree is not its own")
	}
}

func TestForeignDirectoryIsLeftAlone(t *testing.T) {
	s := newSandbox(t)
	cache := t.TempDir()
	if err := os.MkdirAll(filepath.Join(cache, "photos", "2024"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := s.open().Tree(context.Background(), TreeOptions{Cache: cache, ID: "photos", Treeish: "HEAD"})
	wantFailure(t, err, report.KindWork, "not a tree of devenv's", "DEVENV_CACHE")
	if _, err := os.Stat(filepath.Join(cache, "photos", "2024")); err != nil {
		t.Error(err)
	}
	if _, err := s.open().Tree(context.Background(), TreeOptions{Cache: cache, ID: "../x", Treeish: "HEAD"}); err == nil {
		t.Error("an id leads out of the cache")
	}
}

func TestARemovedTreeLeavesNothingBehind(t *testing.T) {
	s := newSandbox(t)
	cache := t.TempDir()
	made, err := s.open().Tree(context.Background(), TreeOptions{Cache: cache, ID: "x", Treeish: "HEAD"})
	if err != nil {
		t.Fatal(err)
	}
	if ids, err := s.open().TreeIDs(); err != nil || len(ids) != 1 || ids[0] != "x" {
		t.Errorf("the trees are %q, %v", ids, err)
	}
	if err := made.Remove(context.Background()); err != nil {
		t.Fatal(err)
	}
	if ids, err := s.open().TreeIDs(); err != nil || len(ids) != 0 {
		t.Errorf("the trees are still %q, %v", ids, err)
	}
	if _, err := os.Stat(filepath.Join(cache, "x")); !errors.Is(err, os.ErrNotExist) || s.exists(".git/devenv/x") {
		t.Error("something of the tree is left")
	}
	if err := s.open().RemoveTree(context.Background(), cache, "x"); err != nil {
		t.Errorf("removing a missing tree: %v", err)
	}
}

func TestFailedFilterIsNotedAndRetried(t *testing.T) {
	s := newSandbox(t)
	s.write(".gitattributes", "*.bin filter=lfs\n")
	s.write("a.bin", "pointer\n")
	s.commit("binary")
	s.git("config", "filter.lfs.smudge", "false")
	s.git("config", "filter.lfs.required", "true")
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: "HEAD"})
	if files.read("a.bin") != "pointer\n" || len(made.Notes) != 1 || !strings.Contains(made.Notes[0], "filter") {
		t.Errorf("%q, notes %q", files.read("a.bin"), made.Notes)
	}
	s.git("config", "filter.lfs.smudge", "tr a-z A-Z")
	if err := made.Checkout(context.Background(), "HEAD"); err != nil {
		t.Fatal(err)
	}
	if files.read("a.bin") != "POINTER\n" || len(made.Notes) != 0 {
		t.Errorf("%q, notes %q", files.read("a.bin"), made.Notes)
	}
}

func TestSubmodulesAreFilledFromWhatIsHere(t *testing.T) {
	library := newSandbox(t)
	s := newSandbox(t)
	s.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "--name", "lib name", library.dir, "libs/lib")
	s.commit("submodule")
	sub := sandbox{t, s.path("libs/lib")}
	sub.write("models.py", "newer\n")
	newer := sub.commit("newer")
	sub.write("models.py", "not committed\n")
	check := s.untouched()
	c := capture(t, s, CaptureOptions{})
	if len(c.Notes) != 1 || !strings.Contains(c.Notes[0], "libs/lib") {
		t.Errorf("notes are %q", c.Notes)
	}
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: c.Commit})
	if files.read("libs/lib/models.py") != "newer\n" || (sandbox{t, files.path("libs/lib")}).git("rev-parse", "HEAD") != newer {
		t.Error("the submodule is not at the commit checked out")
	}
	wantCheckout(t, made, c.Commit)
	s.remove("libs/lib/.git")
	if err := made.Checkout(context.Background(), c.Commit); err != nil || len(made.Notes) != 0 {
		t.Errorf("from the common directory: %v, notes %q", err, made.Notes)
	}
	s.write("libs/lib/.git", "gitdir: ../../.git/modules/lib name\n")
	check()
	gone, err := s.open().WithFiles(context.Background(), c.Tree, nil, nil)
	if err != nil || gone != c.Tree {
		t.Errorf("a submodule does not survive an edit: %s, %v", gone, err)
	}
}

func TestASubmoduleWithoutObjectsIsEmptyAndNoted(t *testing.T) {
	library := newSandbox(t)
	s := newSandbox(t)
	s.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library.dir, "lib")
	commit := s.commit("submodule")
	s.remove("lib")
	s.remove(".git/modules")
	made, _ := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: commit})
	if len(made.Notes) != 1 || !strings.Contains(made.Notes[0], "git submodule update --init") {
		t.Errorf("notes are %q", made.Notes)
	}
}
