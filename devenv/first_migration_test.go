package devenv_test

import (
	"strings"
	"testing"

	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// TestTheFirstMigrationOfAProjectIsMade uses a base whose env.py sees no model yet.
func TestTheFirstMigrationOfAProjectIsMade(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	const env = "backend/src/toolshed/migrations/env.py"
	c.git("checkout", "-qf", sample.BaseBranch)
	c.git("rm", "-rqf", sample.VersionsDir)
	c.replace(env, "from toolshed.models import Base", "from toolshed.models.base import Base")
	c.replace(appFile, "    seed.fill_if_empty()\n", "")
	c.write(".devenv.yaml", "backend: {ready: {port: 8080}}\n")
	c.git("add", "-A")
	c.git("commit", "-qm", "Start without migrations")
	c.git("checkout", "-qb", "feature/first")
	c.replace(env, "from toolshed.models.base import Base", "from toolshed.models import Base")
	result := c.must(c.newMigration(only("apply.seeded", "apply.scratch", "drift.models")))
	if len(result.Document.Files) != 1 || result.Document.Files[0].DownRevision != "" || len(result.Document.Noise) != 0 {
		t.Fatalf("files %+v, ignored %+v", result.Document.Files, result.Document.Noise)
	}
	if file := string(result.File); !strings.Contains(file, "down_revision = None") || strings.Count(file, "op.create_table(") < 5 {
		t.Errorf("the file is\n%s", file)
	}
	for id, check := range statuses(result) {
		if check.Status == report.StatusFail || check.Status == report.StatusWarn {
			t.Errorf("%s: %s %s %+v", id, check.Status, check.Summary, check.Evidence)
		}
	}
}
