package base

import (
	"testing"

	"devenv/devenv/gitrepo"
	"devenv/migrations/alembic"
)

func TestOnlyAddedRevisionsContinueAHistory(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change gitrepo.Change
		want   bool
	}{
		"added":               {gitrepo.Change{Path: "versions/a.py", Status: gitrepo.Added}, true},
		"modified":            {gitrepo.Change{Path: "versions/a.py", Status: gitrepo.Modified}, false},
		"deleted":             {gitrepo.Change{Path: "versions/a.py", Status: gitrepo.Deleted}, false},
		"renamed":             {gitrepo.Change{Path: "versions/b.py", OldPath: "versions/a.py", Status: gitrepo.Renamed}, false},
		"made no revision":    {gitrepo.Change{Path: "versions/a.txt", OldPath: "versions/a.py", Status: gitrepo.Renamed}, false},
		"modified a remark":   {gitrepo.Change{Path: "versions/README.md", Status: gitrepo.Modified}, true},
		"made of no revision": {gitrepo.Change{Path: "versions/a.py", OldPath: "versions/a.txt", Status: gitrepo.Renamed}, true},
	} {
		if got := onlyAdds([]gitrepo.Change{test.change}, alembic.Kind().Files); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
