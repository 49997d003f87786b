package branch

import (
	"path"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/gitrepo"
)

// python stands for revision files in Python.
type python struct{}

func (python) IsRevision(p string) bool     { return path.Ext(p) == ".py" && path.Base(p) != "__init__.py" }
func (python) SameCode(was, is string) bool { return was == is }

func TestChangesAreSortedIntoAddedAndEdited(t *testing.T) {
	t.Parallel()
	file := func(path, id string) gitrepo.File { return gitrepo.File{Path: path, ID: id} }
	here := map[string]gitrepo.File{
		"v/own.py": file("v/own.py", "1"), "v/picked.py": file("v/picked.py", "2"),
		"v/1.py": file("v/1.py", "3"), "v/to.py": file("v/to.py", "4"),
	}
	onBase := map[string]gitrepo.File{"v/picked.py": file("v/picked.py", "2"), "v/1.py": file("v/1.py", "5"), "v/2.py": file("v/2.py", "6")}
	for name, c := range map[string]struct {
		change gitrepo.Change
		own    []gitrepo.File
		edited []Edit
	}{
		"added":                          {gitrepo.Change{Path: "v/own.py", Status: gitrepo.Added}, []gitrepo.File{here["v/own.py"]}, nil},
		"added, and on the base as well": {gitrepo.Change{Path: "v/picked.py", Status: gitrepo.Added}, nil, nil},
		"changed": {
			gitrepo.Change{Path: "v/1.py", Status: gitrepo.Modified},
			nil,
			[]Edit{{Path: "v/1.py", Status: "changed"}},
		},
		"removed": {
			gitrepo.Change{Path: "v/2.py", Status: gitrepo.Deleted},
			nil,
			[]Edit{{Path: "v/2.py", Status: "removed"}},
		},
		"removed, and on the base": {gitrepo.Change{Path: "v/3.py", Status: gitrepo.Deleted}, nil, nil},
		"renamed": {
			gitrepo.Change{OldPath: "v/2.py", Path: "v/to.py", Status: gitrepo.Renamed},
			nil,
			[]Edit{{Path: "v/2.py", Status: "renamed", RenamedTo: "v/to.py"}},
		},
		"moved out of the way": {
			gitrepo.Change{OldPath: "v/2.py", Path: "v/2.py.bak", Status: gitrepo.Renamed},
			nil,
			[]Edit{{Path: "v/2.py", Status: "removed"}},
		},
		"made from a draft": {
			gitrepo.Change{OldPath: "v/draft.txt", Path: "v/own.py", Status: gitrepo.Renamed},
			[]gitrepo.File{here["v/own.py"]},
			nil,
		},
		"no revision": {gitrepo.Change{Path: "v/__init__.py", Status: gitrepo.Added}, nil, nil},
	} {
		b := &Work{}
		b.sort(c.change, here, onBase, python{})
		if diff := cmp.Diff(c.own, b.Own) + cmp.Diff(c.edited, b.Edited); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
