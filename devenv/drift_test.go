package devenv_test

import (
	"strings"
	"testing"

	"devenv/devenv/report"
	"devenv/devenv/sample"
)

func TestAChangeAutogenerateMissesIsReported(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.git("stash", "-q")
	c.git("checkout", "-q", "-b", "feature/stricter", sample.BaseBranch)
	c.replace(sample.EditedFile, "due_on >= lent_on", "due_on > lent_on")
	result := c.must(c.newMigration(nil))
	drift := statuses(result)["drift.catalog"]
	if drift.Status != report.StatusWarn || len(drift.Evidence) != 1 || !strings.Contains(drift.Summary, "due_on > lent_on") ||
		!strings.Contains(drift.Hint, "--empty") || !strings.Contains(drift.Hint, "op.drop_constraint(") || !strings.Contains(drift.Hint,
		"CHECK ((due_on > lent_on))") {
		t.Errorf("drift.catalog: %+v", drift)
	}
	if len(result.Document.Files) != 0 || result.Document.Verdict != report.VerdictWarn {
		t.Errorf("verdict %s, files %v", result.Document.Verdict, result.Document.Files)
	}
	c.nothingLeft()
}

func TestCatalogsThatCannotBeComparedDoNotAgree(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	c.write(itemModel, c.read(itemModel)+"\n\nfrom sqlalchemy import Index, text\n\nIndex(\"ix_items_weight\", "+
		"text(\"weight_of(title)\"), _table=Item.__table__)\n")
	c.git("commit", "-qam", "Rest on a function that only production has")
	result := c.must(c.newMigration(nil))
	said := strings.Join(result.Document.Notes, "\n") + statuses(result)["drift.catalog"].Summary
	if strings.Contains(said, "agree") || !strings.Contains(said, "weight_of") || !strings.Contains(said, "could not be compared") {
		t.Errorf("it says:\n%s", said)
	}
}
