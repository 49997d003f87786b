package branch

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
)

// project returns a repository whose branch adds one revision, and edits, renames and removes one of the base's each.
func project(t *testing.T) (*gitrepo.Repo, *Work) {
	t.Helper()
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		command := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@b.c"}, args...)...)
		command.Dir = dir
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args, err, out)
		}
	}
	write := func(name, content string) {
		t.Helper()
		name = filepath.Join(dir, "versions", name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q", "-b", "main")
	for _, name := range []string{"edited", "renamed", "removed", "untouched"} {
		write(name+".py", "import os\n\nrevision = \""+name+"\"\nprint(\"a line that tells it from others: "+name+"\")\n")
	}
	git("add", ".")
	git("commit", "-qm", "Begin")
	git("checkout", "-qb", "feature")
	write("__init__.py", "")
	write("own.py", "revision = \"own\"\n")
	write("edited.py", "revision = \"edited\"\nprint(\"otherwise\")\n")
	git("mv", "versions/renamed.py", "versions/moved.py")
	git("rm", "-q", "versions/removed.py")

	repo, err := gitrepo.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := repo.KeepObjects(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	base, err := repo.ResolveBase(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	work, err := Read(t.Context(), repo, base, nil)
	if err == nil {
		err = work.ReadVersions(t.Context(), repo, "versions", python{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return repo, work
}

func TestAddedAndEditedRevisionsAreDistinguished(t *testing.T) {
	repo, work := project(t)
	if own := work.Paths(); !slices.Equal(own, []string{"versions/own.py"}) {
		t.Errorf("its own are %q", own)
	}
	want := []Edit{
		{Path: "versions/edited.py", Status: "changed"},
		{Path: "versions/removed.py", Status: "removed"},
		{Path: "versions/renamed.py", Status: "renamed", RenamedTo: "versions/moved.py", OnlyRenamed: true},
	}
	slices.SortFunc(work.Edited, func(a, b Edit) int { return strings.Compare(a.Path, b.Path) })
	if !slices.Equal(work.Edited, want) {
		t.Errorf("edited are %+v, want %+v", work.Edited, want)
	}
	for setAside, own := range map[bool][]string{true: nil, false: {"versions/own.py"}} {
		tree, err := work.Tree(t.Context(), repo, setAside)
		if err != nil {
			t.Fatal(err)
		}
		files, err := repo.Files(t.Context(), tree, "versions")
		var paths []string
		for _, f := range files {
			paths = append(paths, f.Path)
		}
		want := append([]string{
			"versions/__init__.py", "versions/edited.py", "versions/removed.py", "versions/renamed.py", "versions/untouched.py",
		}, own...)
		slices.Sort(paths)
		slices.Sort(want)
		if err != nil || !slices.Equal(paths, want) {
			t.Errorf("set aside %v: the tree has %q, %v; want %q", setAside, paths, err, want)
		}
	}
}

// choosing answers with an option, and records the question.
type choosing struct {
	option   int
	question *string
}

func (c choosing) Choose(_ context.Context, question string, _ []string) (int, error) {
	*c.question = question
	return c.option, nil
}

func TestModeIsGivenOrAskedOrAnError(t *testing.T) {
	repo, work := project(t)
	var question string
	for option, want := range []Mode{Replace, Keep} {
		if mode, err := work.Choose(t.Context(), repo, Ask, choosing{option, &question}); err != nil || mode != want {
			t.Errorf("option %d is mode %d, %v", option, mode, err)
		}
	}
	const listed = "his branch already has 1 migration:\n  versions/own.py (not written by devenv)"
	if question != "T"+listed {
		t.Errorf("the question is %q", question)
	}
	if _, err := work.Choose(t.Context(), repo, Ask, nil); report.KindOf(err) != report.KindUsage || err.Error() != "t"+listed {
		t.Errorf("without anybody to ask: %v", err)
	}
	if mode, err := work.Choose(t.Context(), repo, Empty, nil); err != nil || mode != Empty {
		t.Errorf("a mode that is given became %d, %v", mode, err)
	}
	if mode, err := (&Work{}).Choose(t.Context(), repo, Ask, nil); err != nil || mode != Ask {
		t.Errorf("a branch without revisions: mode %d, %v", mode, err)
	}
}

func TestADetachedHeadIsNoBranch(t *testing.T) {
	repo, work := project(t)
	work.Capture.Head.Ref = ""
	const want = "the working tree, on a detached HEAD, already has 1 migration:\n  versions/own.py"
	if _, err := work.Choose(t.Context(), repo, Ask, nil); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("it says %v", err)
	}
}
