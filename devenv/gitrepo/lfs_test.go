package gitrepo

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"devenv/devenv/report"
)

// storage returns a repository with a file in large file storage, using the real program, and a base with another
// version.
func storage(t *testing.T) sandbox {
	t.Helper()
	if _, err := exec.LookPath("git-lfs"); err != nil {
		t.Fatal("git-lfs is not installed: scripts/test installs it, or apt-get install git-lfs")
	}
	s := newSandbox(t)
	s.git("lfs", "install", "--local")
	s.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
	s.write("a.bin", "the content\n")
	s.commit("large")
	s.git("branch", "base")
	return s
}

func TestLFSFilesHaveTheirContentInTheTree(t *testing.T) {
	s := storage(t)
	s.write("a.bin", "changed\n")
	s.write("new.bin", "new\n")
	pointer, err := s.open().ReadFile(t.Context(), capture(t, s, CaptureOptions{}).Tree, "new.bin")
	if err != nil || !strings.HasPrefix(string(pointer), "version https://git-lfs") {
		t.Errorf("captured as %q, %v", pointer, err)
	}
	made, files := privateTree(t, s, "base")
	if files.read("a.bin") != "changed\n" || files.read("new.bin") != "new\n" || len(made.Notes) > 0 {
		t.Errorf("%q %q, notes %q", files.read("a.bin"), files.read("new.bin"), made.Notes)
	}
	base, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "base", Treeish: "base"})
	if files.read("a.bin") != "the content\n" || len(base.Notes) > 0 {
		t.Errorf("the base has %q, notes %q", files.read("a.bin"), base.Notes)
	}
	d := Delivery{Command: "x", Changes: []FileChange{
		{Path: "new.bin", Action: report.FileRemoved, Expect: s.ours("rev-parse", capture(t, s, CaptureOptions{}).Tree+":new.bin")},
	}}
	if err := s.open().Deliver(t.Context(), d); err != nil || s.exists("new.bin") {
		t.Errorf("an unchanged file cannot be removed: %v", err)
	}
}

func TestMissingLFSContentIsNotedWithoutWaiting(t *testing.T) {
	s := storage(t)
	s.git("remote", "add", "origin", "https://127.0.0.1:1/nowhere.git")
	if err := os.RemoveAll(s.path(".git/lfs/objects")); err != nil {
		t.Fatal(err)
	}
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: "base"})
	if !strings.HasPrefix(files.read("a.bin"), "version https://git-lfs") || files.read("models.py") != "one\n" {
		t.Errorf("the tree has %q", files.read("a.bin"))
	}
	if len(made.Notes) != 1 || !strings.Contains(made.Notes[0], "a filter failed") {
		t.Errorf("notes are %q", made.Notes)
	}
}
