package discover

import (
	"path"
	"slices"
	"strings"

	"devenv/devenv/codesearch"
	"devenv/migrations"
	"devenv/migrations/alembic"
)

// Kinds returns the migration tools that devenv works with. This is the list to add one to.
func Kinds() []migrations.Kind { return []migrations.Kind{alembic.Kind()} }

// KindNames returns their names, as .devenv.yaml has them.
func KindNames() []string {
	var names []string
	for _, kind := range Kinds() {
		names = append(names, kind.Name)
	}
	return names
}

// supportedTools says what devenv works with, and toolSettings matches the names of files that configure it.
const (
	supportedTools = "devenv makes and tests Alembic migrations on Postgres"
	toolSettings   = `alembic\.ini`
)

// configureTool returns the hint for a repository that uses a supported tool as well, beside one that is not; file is
// devenv's own configuration.
func configureTool(file string) string {
	return "If the project uses Alembic as well, name its configuration in " + file + ": migrations: {config: path/to/alembic.ini}"
}

// IsRevision reports whether a path of the repository can be that of a revision.
func (t MigrationTool) IsRevision(p string) bool {
	return t.Kind.Files.IsRevision(p) && slices.ContainsFunc(t.Versions, func(dir string) bool {
		return strings.HasPrefix(p, path.Clean(dir)+"/")
	})
}

// IsScript reports whether a file of the repository runs only while migrations do: one in a directory of revisions, or
// SQL near env.py, which revisions read.
func (t MigrationTool) IsScript(p string) bool {
	holds := func(dir string) bool { return path.Clean(dir) != "." && strings.HasPrefix(p, path.Clean(dir)+"/") }
	return slices.ContainsFunc(t.Versions, holds) || path.Ext(p) == ".sql" && holds(t.ScriptLocation)
}

// CanHoldModels reports whether a path of the repository can be that of models: it belongs neither to the migrations
// nor to tests.
func (t MigrationTool) CanHoldModels(p string) bool {
	return t.Kind.Models != nil && !codesearch.IsTest(p) &&
		!slices.ContainsFunc(append([]string{t.ScriptLocation}, t.Versions...), func(dir string) bool {
			return dir != "" && strings.HasPrefix(p, path.Clean(dir)+"/")
		})
}
