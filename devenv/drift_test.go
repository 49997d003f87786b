package devenv_test

import (
	"strings"
	"testing"

	"devenv/devenv/report"
	"devenv/devenv/sample"
)

func TestAChangeThatOnlyTheCatalogsShowIsNotNothingToMigrate(t *testing.T) {
	c := newSample(t)
	c.git("stash", "-q")
	c.git("checkout", "-q", "-b", "feature/stricter", sample.BaseBranch)
	c.replace(sample.EditedFile, "due_on >= lent_on", "due_on > lent_on")
	result := c.must(c.newMigration(nil))
	drift := statuses(result)["drift.catalog"]
	if drift.Status != report.StatusWarn || len(drift.Evidence) != 1 || !strings.Contains(drift.Summary, "due_on > lent_on") ||
		!strings.Contains(drift.Hint, "--empty") || !strings.Contains(drift.Hint, "op.drop_constraint(") || !strings.Contains(drift.Hint, "CHECK ((due_on > lent_on))") {
		t.Errorf("drift.catalog: %+v", drift)
	}
	if len(result.Document.Files) != 0 || result.Document.Verdict != report.VerdictWarn {
		t.Errorf("verdict %s, files %v", result.Document.Verdict, result.Document.Files)
	}
	c.nothingLeft()
}
