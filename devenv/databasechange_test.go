package devenv_test

import (
	"slices"
	"strings"
	"testing"

	"devenv/devenv/report"
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

// TestExistingDatabasesLackWhatNewScriptsAdd uses an image that is built with its init scripts.
func TestExistingDatabasesLackWhatNewScriptsAdd(t *testing.T) {
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
	c.replace(itemModel, "from sqlalchemy import", "from sqlalchemy.dialects.postgresql import CITEXT\nfrom sqlalchemy import")
	c.replace(itemModel, "    notes: Mapped", "    colour: Mapped[str | None] = mapped_column(CITEXT)\n    notes: Mapped")
	unchanged := c.must(c.newMigration(dry))
	c.write("database/extra.sql", "CREATE SCHEMA extra;\nCREATE EXTENSION citext;\n")
	changed := c.must(c.newMigration(only("apply.seeded", "apply.scratch")))
	if slices.ContainsFunc(unchanged.Document.Notes, func(note string) bool { return strings.Contains(note, "the branch changes") }) {
		t.Errorf("notes without a change: %q", unchanged.Document.Notes)
	}
	for _, want := range []string{
		"the branch changes the database service " + sample.DatabaseService + ": what its image is built from; the migration is tried on " +
			"the base's server",
		"the branch changes database/extra.sql: init scripts run on empty databases only, so existing ones get what they add from a " +
			"revision or not at all",
	} {
		if !slices.Contains(changed.Document.Notes, want) {
			t.Errorf("notes: %q", changed.Document.Notes)
		}
	}
	if !changed.Document.Base.Cached {
		t.Error("the branch's change made a new base")
	}
	seeded, scratch := statuses(changed)["apply.seeded"], statuses(changed)["apply.scratch"]
	if seeded.Status != report.StatusFail || !strings.Contains(seeded.Summary, "the branch changes database/extra.sql") ||
		!strings.Contains(seeded.Hint, `op.execute("CREATE EXTENSION IF NOT EXISTS citext")`) {
		t.Errorf("apply.seeded: %s %s\n%s", seeded.Status, seeded.Summary, seeded.Hint)
	}
	if scratch.Status != report.StatusPass {
		t.Errorf("apply.scratch: %s %s", scratch.Status, scratch.Summary)
	}
	c.nothingLeft()
}
