package devenv_test

import (
	"testing"

	"devenv/devenv/sample"
)

func TestAServiceRunsTheImageAnotherServiceBuilds(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	c.replace(composeFile, "    build: ./backend\n", "    build: ./backend\n    image: toolshed:never-built-by-hand\n")
	c.replace(composeFile, "    depends_on:\n      postgres:\n",
		"    depends_on:\n      migrate: {condition: service_completed_successfully}\n      postgres:\n")
	c.write(composeFile, c.read(composeFile)+`
  migrate:
    image: toolshed:never-built-by-hand
    command: alembic upgrade head
    env_file: backend.dev.env
    depends_on: {postgres: {condition: service_healthy}}
`)
	c.git("commit", "-qam", "Migrate by a service of its own")
	c.git("checkout", "-qb", "feature/shared")
	c.replace(itemModel, "    notes: Mapped", "    colour: Mapped[str | None] = mapped_column(Text)\n    notes: Mapped")
	result := c.must(c.newMigration(dry))
	for _, f := range result.Document.Steps[0].Found {
		if f.What == "migrations service" && f.Value != "migrate" {
			t.Errorf("the migrations run in %s: %s", f.Value, f.From)
		}
	}
	if c.baseRows(result.Document.Base.Image, "items") == 0 {
		t.Error("the base has no items: the backend did not start after the task")
	}
	c.nothingLeft()
}
