package devenv_test

import (
	"context"
	"testing"

	"devenv/devenv"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// TestAWatchMakesTheMigrationAnew makes the migration of two states of the models: nothing of what the first run has
// written into the tool's container is left in the second, whose proposal is then written.
func TestAWatchMakesTheMigrationAnew(t *testing.T) {
	t.Parallel()
	c := newSignalled(t)
	before := c.worktreeState()
	standby := &devenv.Standby{}
	var last *devenv.Result
	for i, column := range []string{"", "    colour: Mapped[str | None]\n"} {
		c.replace(itemModel, "    deposit_cents:", column+"    deposit_cents:")
		last = c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { o.DryRun, o.Standby = true, standby }))
		if again := stepStatus(last, "tool") == report.StepCached; again != (i == 1) {
			t.Errorf("run %d uses the tool again: %t", i, again)
		}
		for _, check := range last.Document.Checks {
			if check.Status == report.StatusFail && check.ID != "data.lost" { // the sample's own fault
				t.Errorf("run %d: %s %s %v", i, check.ID, check.Summary, check.Evidence)
			}
		}
		if len(last.Document.Revisions) != 1 || !last.Writes() {
			t.Errorf("run %d: the revisions are %q; there is something to write: %t", i, last.Document.Revisions, last.Writes())
		}
		standby.Prepare(t.Context())
	}
	if err := standby.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	c.nothingLeft()
	c.replace(itemModel, "    colour: Mapped[str | None]\n", "")
	if now := c.worktreeState(); now != before {
		t.Errorf("a proposal has changed the working tree:\n%s\nwas\n%s", now, before)
	}
	if err := devenv.Write(t.Context(), c.dir, last); err != nil {
		t.Fatal(err)
	}
	if name := last.Document.Proposed[0].Path; c.read(name) != string(last.File) || len(c.revisions()) != sample.Revisions+1 {
		t.Errorf("%s was not written as proposed; there are %q", name, c.revisions())
	}
	c.undo()
	if now := c.worktreeState(); now != before {
		t.Errorf("undo did not restore the tree:\n%s\nwas\n%s", now, before)
	}
}
