package base

import (
	"testing"

	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
	"devenv/migrations/alembic"
)

func TestAnotherToolsConfigurationIsNotTheBranchs(t *testing.T) {
	t.Parallel()
	p := discover.MigrationTool{Kind: alembic.Kind(), Config: "services/b/alembic.ini", ScriptLocation: "services/b/migrations"}
	files := func(paths ...string) (list []gitrepo.File) {
		for _, one := range paths {
			list = append(list, gitrepo.File{Path: one})
		}
		return list
	}
	base, branch := files("services/a/alembic.ini", "app.py"), files("services/a/alembic.ini", "services/b/alembic.ini")
	if moved := movedAway(p, base, branch); moved != "" {
		t.Errorf("%s is in both", moved)
	}
	if moved := movedAway(p, base, files("services/b/alembic.ini")); moved != "services/a/alembic.ini" {
		t.Errorf("%q moved", moved)
	}
}
