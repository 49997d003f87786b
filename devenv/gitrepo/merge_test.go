package gitrepo

import (
	"context"
	"errors"
	"strings"
	"testing"

	"devenv/devenv/report"
)

// behind creates a feature branch with uncommitted work, and a base that has moved on; it returns the base's commit.
func behind(t *testing.T) (sandbox, string) {
	t.Helper()
	s := newSandbox(t)
	s.git("branch", "feature")
	s.write("versions/0002_base.py", "base\n")
	s.write("other.py", "base\n")
	base := s.commit("base moved on")
	s.git("checkout", "-q", "feature")
	s.write("models.py", "feature\n")
	return s, base
}

func TestABranchBehindItsBaseIsMerged(t *testing.T) {
	s, base := behind(t)
	s.git("config", "merge.ff", "only")
	c := capture(t, s, CaptureOptions{})
	check := s.untouched()
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: "HEAD"})
	result, merged, err := s.open().Merge(context.Background(), made, c.Commit, base)
	check()
	if err != nil || !merged {
		t.Fatalf("merged %v, %v", merged, err)
	}
	wantFiles(t, s, result, "models.py:feature", "other.py:base", "versions/0001_first.py:revision = '0001'", "versions/0002_base.py:base")
	wantCheckout(t, made, result)
	if got, want := files.git("rev-parse", "HEAD"), s.git("rev-parse", "HEAD"); got != want {
		t.Errorf("git in the tree sees %s, not the branch's %s", got, want)
	}
	if strings.Contains(files.git("status"), "merging") {
		t.Error("the tree is still merging")
	}
}

func TestBranchContainingItsBaseIsNotMerged(t *testing.T) {
	s, _ := behind(t)
	c := capture(t, s, CaptureOptions{})
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: "main"})
	result, merged, err := s.open().Merge(context.Background(), made, c.Commit, s.git("rev-parse", "HEAD"))
	if err != nil || merged || result != c.Tree || files.read("models.py") != "feature\n" {
		t.Errorf("merged %v into %s, %v", merged, result, err)
	}
}

func TestAConflictNamesTheFilesAndChangesNothing(t *testing.T) {
	s, _ := behind(t)
	s.write("other.py", "mine\n")
	s.write("versions/0002_base.py", "mine\n")
	base := s.git("rev-parse", "main")
	c := capture(t, s, CaptureOptions{})
	check := s.untouched()
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: "HEAD"})
	_, _, err := s.open().Merge(context.Background(), made, c.Commit, base)
	check()
	wantFailure(t, err, report.KindWork, "other.py", "versions/0002_base.py", "git merge "+base[:10])
	var conflict *ConflictError
	if !errors.As(err, &conflict) || strings.Join(conflict.Paths, " ") != "other.py versions/0002_base.py" {
		t.Errorf("%+v", conflict)
	}
	if err := made.Checkout(context.Background(), c.Commit); err != nil || files.read("other.py") != "mine\n" {
		t.Errorf("the tree cannot be used after a conflict: %v", err)
	}
}

func TestMergeDriversOfTheProjectAreHonoured(t *testing.T) {
	s, _ := behind(t)
	s.write("other.py", "mine\n")
	s.write(".gitattributes", "other.py merge=union\n")
	c := capture(t, s, CaptureOptions{})
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: "HEAD"})
	_, merged, err := s.open().Merge(context.Background(), made, c.Commit, s.git("rev-parse", "main"))
	if err != nil || !merged || !strings.Contains(files.read("other.py"), "mine") || !strings.Contains(files.read("other.py"), "base") {
		t.Errorf("merged %v, %v", merged, err)
	}
}
