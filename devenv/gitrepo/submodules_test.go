package gitrepo

import (
	"os"
	"strings"
	"testing"
	"time"
)

// nested creates a repository with a submodule lib, which has a submodule deep.
func nested(t *testing.T) (s, lib, deep sandbox) {
	t.Helper()
	inner, middle := newSandbox(t), newSandbox(t)
	middle.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.dir, "deep")
	middle.commit("deep")
	s = newSandbox(t)
	s.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", middle.dir, "lib")
	s.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", "--recursive")
	s.commit("lib")
	return s, sandbox{t, s.path("lib")}, sandbox{t, s.path("lib/deep")}
}

func TestNestedSubmodulesAreFilledAndUncommittedWorkNoted(t *testing.T) {
	s, lib, deep := nested(t)
	s.git("branch", "base")
	deep.write("models.py", "newer\n")
	deep.commit("newer")
	lib.commit("deep moved")
	s.commit("lib moved")
	made, files := privateTree(t, s, "base")
	if files.read("lib/deep/models.py") != "newer\n" || len(made.Notes) > 0 {
		t.Errorf("%q, notes %q", files.read("lib/deep/models.py"), made.Notes)
	}
	base, baseFiles := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "base", Treeish: "base"})
	if baseFiles.read("lib/deep/models.py") != "one\n" || files.read("lib/deep/models.py") != "newer\n" || len(base.Notes) > 0 {
		t.Errorf("the base has %q, notes %q", baseFiles.read("lib/deep/models.py"), base.Notes)
	}
	deep.write("models.py", "not committed\n")
	check, checkDeep := s.untouched(), deep.untouched()
	c := capture(t, s, CaptureOptions{})
	check()
	checkDeep()
	if len(c.Notes) != 1 || !strings.Contains(c.Notes[0], "submodule lib is taken at its checked-out commit") {
		t.Errorf("notes are %q", c.Notes)
	}
}

func TestUninitializedSubmoduleIsCapturedAndNoted(t *testing.T) {
	origin, _, _ := nested(t)
	s := clone(t, origin)
	s.write("models.py", "two\n")
	made, files := privateTree(t, s, "origin/main")
	if files.read("models.py") != "two\n" || !files.exists("lib") || files.exists("lib/models.py") {
		t.Error("the tree is not the capture")
	}
	if len(made.Empty) != 1 || made.Empty[0] != "lib" {
		t.Errorf("empty are %q", made.Empty)
	}
	if len(made.Notes) != 1 || !strings.Contains(made.Notes[0], "submodule lib is empty") ||
		!strings.Contains(made.Notes[0], "git submodule update --init") {
		t.Errorf("notes are %q", made.Notes)
	}
}

func TestAddedAndRemovedSubmodulesAreFollowed(t *testing.T) {
	library := newSandbox(t)
	s := newSandbox(t)
	without := s.git("rev-parse", "HEAD")
	s.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library.dir, "lib")
	made, files := privateTree(t, s, "")
	if files.read("lib/models.py") != "one\n" {
		t.Error("the new submodule is empty")
	}
	if err := made.Checkout(t.Context(), without); err != nil {
		t.Fatal(err)
	}
	if files.exists("lib") || files.git("status", "--porcelain") != "" {
		t.Error("the submodule is still there")
	}
	if err := made.Checkout(t.Context(), capture(t, s, CaptureOptions{}).Commit); err != nil || files.read("lib/models.py") != "one\n" {
		t.Errorf("the submodule does not come back: %v", err)
	}
}

func TestLFSFilesStayPointersWithoutItsProgram(t *testing.T) {
	for name, change := range map[string]map[string]string{
		"tracked":   {"a.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:2\nsize 1\n"},
		"untracked": {"new.bin": "new\n"},
		"both":      {"a.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:3\nsize 1\n", "new.bin": "new\n"},
	} {
		t.Run(name, func(t *testing.T) { captureWithoutFilter(t, change) })
	}
}

// captureWithoutFilter captures changes of filtered files whose filter's program is missing.
func captureWithoutFilter(t *testing.T, change map[string]string) {
	s := newSandbox(t)
	s.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
	s.write("a.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n")
	// Git filters a file that is as new as the index, changed or not; an older one only if it has changed.
	hourAgo := time.Now().Add(-time.Hour)
	if err := os.Chtimes(s.path("a.bin"), hourAgo, hourAgo); err != nil {
		t.Fatal(err)
	}
	s.commit("a pointer")
	for _, key := range []string{"process", "clean", "smudge"} {
		s.git("config", "filter.lfs."+key, "git-lfs-is-not-here "+key)
	}
	s.git("config", "filter.lfs.required", "true")
	change["models.py"] = "two\n"
	for path, content := range change {
		s.write(path, content)
	}
	c := capture(t, s, CaptureOptions{})
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: c.Commit})
	for path, want := range change {
		if got := files.read(path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	for _, notes := range [][]string{c.Notes, made.Notes} {
		if len(notes) != 1 || !strings.Contains(notes[0], "a filter failed") {
			t.Errorf("notes are %q", notes)
		}
	}
}
