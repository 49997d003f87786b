package devenv_test

import (
	"slices"
	"testing"

	"devenv/devenv/sample"
)

func TestAChangedDatabaseImageIsNoted(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.replace(composeFile, "image: postgres:17\n",
		"image: registry.example.org/postgres:99\n    command: postgres -c shared_preload_libraries=auto_explain\n")
	result := c.must(c.newMigration(dry))
	want := "the branch changes the database service " + sample.DatabaseService + ": its image from postgres:17 to " +
		"registry.example.org/postgres:99 and its command; " +
		"the migration is tried on the base's server"
	if !slices.Contains(result.Document.Notes, want) {
		t.Errorf("notes: %q", result.Document.Notes)
	}
}

func TestAChangedDatabaseBuildIsNoted(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	c.replace(composeFile, "image: postgres:17\n", "build: database\n")
	c.write("database/Dockerfile", "FROM postgres:17\nCOPY extra.sql /docker-entrypoint-initdb.d/\n")
	c.write("database/extra.sql", "CREATE SCHEMA extra;\n")
	c.git("add", "-A")
	c.git("commit", "-qm", "Build the database's image")
	c.git("checkout", "-qb", "feature/database")
	c.replace(itemModel, "    notes: Mapped", "    colour: Mapped[str | None] = mapped_column(Text)\n    notes: Mapped")
	unchanged := c.must(c.newMigration(dry))
	c.write("database/extra.sql", "CREATE SCHEMA another;\n")
	changed := c.must(c.newMigration(dry))
	if len(unchanged.Document.Notes) != 0 {
		t.Errorf("notes without a change: %q", unchanged.Document.Notes)
	}
	want := "the branch changes the database service " + sample.DatabaseService +
		": what its image is built from; the migration is tried " +
		"on the base's server"
	if !slices.Contains(changed.Document.Notes, want) {
		t.Errorf("notes: %q", changed.Document.Notes)
	}
	if !changed.Document.Base.Cached {
		t.Error("the branch's change made a new base")
	}
}
