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

// TestABranchThatBringsAlembicGetsABaseline uses a base whose start makes the tables itself, and has no Alembic.
func TestABranchThatBringsAlembicGetsABaseline(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.git("checkout", "-qf", sample.BaseBranch)
	c.git("rm", "-rqf", "backend/src/toolshed/migrations", sample.AlembicConfig)
	const migrates, creates = "db.apply_migrations()", "Base.metadata.create_all(db.engine())"
	c.replace(appFile, migrates, creates)
	c.replace(appFile, "from toolshed import", "from toolshed.models import Base\nfrom toolshed import")
	c.git("add", "-A")
	c.git("commit", "-qm", "Make the tables at the start")
	c.git("checkout", "-qb", "feature/alembic")
	c.git("checkout", "-q", sample.BaseBranch+"~", "--", "backend/src/toolshed/migrations", sample.AlembicConfig)
	c.git("rm", "-rqf", sample.VersionsDir)
	c.replace(appFile, creates, migrates)
	c.replace(itemModel, "    notes: Mapped", "    colour: Mapped[str | None] = mapped_column(Text)\n    notes: Mapped")
	result := c.must(c.newMigration(only("history.*", "apply.seeded", "apply.scratch", "apply.stepwise", "reverse.schema", "drift.models")))
	files := result.Document.Files
	if len(files) != 2 || files[0].DownRevision != "" || files[1].DownRevision != files[0].Revision {
		t.Fatalf("files %+v", files)
	}
	if baseline := c.read(files[0].Path); strings.Count(baseline, "op.create_table(") < 5 || strings.Contains(baseline, "colour") {
		t.Errorf("the baseline is\n%s", baseline)
	}
	if strings.Contains(string(result.File), "create_table") || !strings.Contains(string(result.File), "colour") {
		t.Errorf("the migration is\n%s", result.File)
	}
	again := c.must(c.testMigration("history.*", "apply.seeded", "apply.scratch"))
	for _, d := range []*report.Document{result.Document, again.Document} {
		if d.Verdict != report.VerdictPass || !strings.Contains(strings.Join(d.Notes, "\n"), "alembic stamp "+files[0].Revision) {
			t.Errorf("%s: %s\n%q\n%+v", d.Command, d.Verdict, d.Notes, d.Checks)
		}
	}
}
