package devenv_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// ownRevision is a revision that a branch already has, whose parent is no longer the base's head.
const ownRevision = `"""Badges

Revision ID: aaaabbbbcccc
Revises: 41f9a3c8d7e6
"""

from alembic import op
import sqlalchemy as sa

revision = "aaaabbbbcccc"
down_revision = "41f9a3c8d7e6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("items", sa.Column("deposit_cents", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("items", "deposit_cents")
`

const ownPath = sample.VersionsDir + "/aaaabbbbcccc_badges.py"

// newSampleWithRevision returns the sample with a revision on its branch.
func newSampleWithRevision(t *testing.T) checkout {
	t.Helper()
	c := newSample(t)
	c.write(ownPath, ownRevision)
	return c
}

func TestABranchWithRevisionsNeedsAMode(t *testing.T) {
	t.Parallel()
	c := newSampleWithRevision(t)
	_, err := c.newMigration(nil)
	if err == nil || report.KindOf(err) != report.KindUsage || !strings.Contains(err.Error(), ownPath+" (not written by devenv)") ||
		!strings.Contains(report.HintOf(err), "--replace") || !strings.Contains(report.HintOf(err), "--keep") {
		t.Errorf("%v\n%s", err, report.HintOf(err))
	}
	c.nothingLeft()
}

func TestUndoRestoresRevisionsThatReplaceSetAside(t *testing.T) {
	t.Parallel()
	c := newSampleWithRevision(t)
	before := c.worktreeState()
	result := c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { o.Mode, o.NoVerify = devenv.ModeReplace, true }))
	if files := c.revisions(); len(files) != sample.Revisions+1 {
		t.Errorf("revisions: %v", files)
	}
	if _, err := os.Stat(filepath.Join(c.dir, ownPath)); !os.IsNotExist(err) {
		t.Errorf("the branch's own revision still exists: %v", err)
	}
	if !strings.Contains(string(result.File), "deposit_cents") || len(result.Document.Files) != 2 {
		t.Errorf("files %v:\n%s", result.Document.Files, result.File)
	}
	c.undo()
	if after := c.worktreeState(); after != before || c.read(ownPath) != ownRevision {
		t.Errorf("undo did not restore the tree:\n%s\nwas\n%s", after, before)
	}
}

func TestKeepReparentsAndAddsTheRest(t *testing.T) {
	t.Parallel()
	c := newSampleWithRevision(t)
	passing := []string{"history.heads", "history.parent", "apply.seeded", "drift.models", "reverse.applies"}
	result := c.must(c.newMigration(func(o *devenv.NewMigrationOptions) {
		o.Mode, o.Only = devenv.ModeKeep, append(passing, "history.single")
	}))
	want := strings.ReplaceAll(ownRevision, "41f9a3c8d7e6", sample.BaseHead)
	if got := c.read(ownPath); got != want {
		t.Errorf("the kept revision is\n%s\nwant\n%s", got, want)
	}
	if strings.Contains(string(result.File), "deposit_cents") || !strings.Contains(string(result.File), "create_table") {
		t.Errorf("the new revision repeats the kept one, or lacks the rest:\n%s", result.File)
	}
	if added := result.Document.Files[0]; added.DownRevision != "aaaabbbbcccc" {
		t.Errorf("the new revision follows %s", added.DownRevision)
	}
	for _, id := range passing {
		if check := statuses(result)[id]; check.Status != report.StatusPass {
			t.Errorf("%s: %s %s", id, check.Status, check.Summary)
		}
	}
	if check := statuses(result)["history.single"]; check.Status != report.StatusWarn {
		t.Errorf("history.single: %+v", check)
	}
}

// TestEmptyMakesARevisionWithoutModels uses a base whose migrations are written by hand.
func TestEmptyMakesARevisionWithoutModels(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.git("checkout", "-qf", sample.BaseBranch)
	const env = "backend/src/toolshed/migrations/env.py"
	c.write(env, strings.ReplaceAll(c.read(env), "target_metadata=Base.metadata", "target_metadata=None"))
	c.git("commit", "-qam", "Write migrations by hand")
	_, err := c.newMigration(nil)
	if report.KindOf(err) != report.KindUsage || !strings.Contains(report.HintOf(err), "new-migration --empty") {
		t.Errorf("without --empty: %v\n%s", err, report.HintOf(err))
	}
	result := c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { o.Mode = devenv.ModeEmpty }))
	if strings.Contains(string(result.File), "op.") || !strings.Contains(string(result.File), "pass") {
		t.Errorf("the file is\n%s", result.File)
	}
	if result.Document.Verdict != report.VerdictPass || result.Document.Files[0].DownRevision != sample.BaseHead {
		t.Errorf("verdict %s, %v", result.Document.Verdict, result.Document.Files)
	}
	for id, check := range statuses(result) {
		compares := id == "drift.models" || id == "drift.catalog"
		skipped := check.Status == report.StatusSkip
		if skipped != compares || skipped && !strings.Contains(check.Summary, "target_metadata is None") {
			t.Errorf("%s: %s %s", id, check.Status, check.Summary)
		}
	}
}

func TestUndoRestoresAnEditedBaseMigration(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	name := c.revisions()[0]
	path := sample.VersionsDir + "/" + name
	original := c.read(path)
	c.write(path, original+"\n# edited\n")
	judged := c.must(c.testMigration("history.edited"))
	if check := statuses(judged)["history.edited"]; check.Status != report.StatusFail {
		t.Errorf("test-migration, history.edited: %+v", check)
	}
	result := c.must(c.newMigration(only("history.edited")))
	if check := statuses(result)["history.edited"]; check.Status != report.StatusWarn {
		t.Errorf("new-migration, history.edited: %+v", check)
	}
	if c.read(path) != original {
		t.Error("the base's migration was not restored")
	}
	c.undo()
	if c.read(path) != original+"\n# edited\n" {
		t.Error("undo did not restore the edit")
	}
}

// yes answers every question with the first option.
type yes struct{}

func (yes) Choose(context.Context, string, []string) (int, error) { return 0, nil }
func (yes) Confirm(context.Context, string) (bool, error)         { return true, nil }

func TestAConfirmedRenameIsWrittenAsARename(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.replace(itemModel, "mapped_column(default=0)", "mapped_column(default=0, server_default=\"0\")")
	result := c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { o.Ask = yes{} }))
	if !strings.Contains(string(result.File), `new_column_name="care_notes"`) || strings.Contains(string(result.File),
		"drop_column(\"items\", \"notes\")") {
		t.Errorf("the file is\n%s", result.File)
	}
	for id, check := range statuses(result) {
		if check.Status != report.StatusPass && id != "start.base" {
			t.Errorf("%s: %s %s %+v", id, check.Status, check.Summary, check.Evidence)
		}
	}
	old := statuses(result)["start.base"]
	if old.Status != report.StatusWarn || len(old.Evidence) != 3 || old.Evidence[0].File != itemModel || old.Evidence[0].Column != "notes" {
		t.Errorf("the base's code that names the column: %s %s %+v", old.Status, old.Summary, old.Evidence)
	}
}

func TestALossIsWaivedByItsObject(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.replace(itemModel, "mapped_column(default=0)", "mapped_column(default=0, server_default=\"0\")")
	result := c.must(c.newMigration(only("data.lost")))
	lost := statuses(result)["data.lost"]
	if lost.Status != report.StatusFail || len(lost.Evidence) != 1 || lost.Evidence[0].Table != "public.items" ||
		lost.Evidence[0].Column != "notes" || lost.Evidence[0].Rows == 0 {
		t.Fatalf("data.lost: %+v", lost)
	}
	file := result.Document.Files[0].Path
	c.write(file, c.read(file)+"\n# devenv: allow data.lost(public.items.notes) -- nobody reads them\n# devenv: allow generate.rename -- "+
		"it is none\n# devenv: allow reverse.again -- for no reason\n")
	judged := statuses(c.must(c.testMigration("data.lost", "generate.rename", "reverse.again", "waiver.unused")))
	if check := judged["data.lost"]; check.Status != report.StatusPass || check.Waived != "nobody reads them" || len(check.Evidence) != 1 {
		t.Errorf("data.lost with a waiver: %+v", check)
	}
	if check := judged["waiver.unused"]; check.Status != report.StatusWarn || !strings.Contains(check.Summary, "reverse.again") {
		t.Errorf("waiver.unused: %+v", check)
	}
}

func TestReadOnlyContainersWithTheirCodeWork(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	compose := strings.Replace(c.read("docker-compose.yml"), "    volumes:\n      - ./backend:/app\n", "    read_only: true\n", 1)
	if !strings.Contains(compose, "read_only") {
		t.Fatalf("the sample's file has changed:\n%s", compose)
	}
	c.advanceBase("docker-compose.yml", compose)
	c.write("docker-compose.yml", compose)
	c.git("commit", "-qam", "read only")
	result, err := c.newMigration(nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, report.HintOf(err))
	}
	if len(result.Document.Files) != 1 || result.Document.Verdict == report.VerdictNone {
		t.Errorf("verdict %s, files %v", result.Document.Verdict, result.Document.Files)
	}
	c.nothingLeft()
}
