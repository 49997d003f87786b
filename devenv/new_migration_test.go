package devenv_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"devenv/devenv"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

func TestNewMigrationFindsTheFaultItWrites(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	before := c.worktreeState()
	told := &told{checkout: c, checked: map[string]report.Check{}}
	result := c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { o.Listener, o.Concluded = told, told.concluded }))
	told.beforeTheEnd(result, "add column public.items.deposit_cents (INTEGER)")
	d := result.Document
	if d.Verdict != report.VerdictFail || len(d.Files) != 1 || d.Files[0].Action != report.FileAdded {
		t.Fatalf("verdict %s, files %v", d.Verdict, d.Files)
	}
	file := d.Files[0]
	if file.DownRevision != sample.BaseHead || !strings.HasPrefix(file.Path, sample.VersionsDir+"/") {
		t.Errorf("the file is %+v", file)
	}
	if got := c.read(file.Path); got != string(result.File) || !strings.Contains(got, sample.Message) {
		t.Errorf("the file in the working tree is not the result's:\n%s", got)
	}
	if strings.Contains(string(result.File), sample.NoiseIndex) {
		t.Errorf("the file contains noise:\n%s", result.File)
	}
	if after := strings.ReplaceAll(c.worktreeState(), "? "+file.Path+"\n", ""); after != before {
		t.Errorf("more than the file changed:\n%s\nwas\n%s", after, before)
	}
	seeded := statuses(result)["apply.seeded"]
	if seeded.Status != report.StatusFail || seeded.Evidence[0].SQLState != "23502" || seeded.Evidence[0].Rows == 0 {
		t.Errorf("apply.seeded: %+v", seeded)
	}
	if rename := statuses(result)["generate.rename"]; rename.Status != report.StatusWarn {
		t.Errorf("generate.rename: %+v", rename)
	}
	c.concludesNothingUntried(file.Path)
	c.nothingLeft()
}

// measured asserts that timings name everything that ran, with the time it took.
func measured(t *testing.T, timings *report.Timings) {
	t.Helper()
	if timings == nil {
		t.Fatal("there are no timings")
	}
	var names []string
	for _, one := range timings.Programs {
		names = append(names, one.Name)
		if one.CPUMS <= 0 || one.Name != "devenv" && one.Containers == 0 {
			t.Errorf("%+v", one)
		}
	}
	slices.Sort(names)
	if want := []string{"alembic", "backend (start base)", "backend (start branch)", "databases", "devenv"}; !slices.Equal(names, want) {
		t.Errorf("the processors were used by %q", names)
	}
	if m := timings.Machine; m == nil || m.Processors == 0 || m.Busy <= 0 || m.Busy > 100 || m.DiskWait > 100 {
		t.Errorf("the machine: %+v", m)
	}
}

func TestTheCorrectedMigrationPassesAndCanBeUndone(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	before := c.worktreeState()
	file := c.must(c.newMigration(nil)).Document.Files[0].Path
	corrected, err := sample.Correct([]byte(c.read(file)))
	if err != nil {
		t.Fatal(err)
	}
	c.write(file, string(corrected))
	told := &told{checkout: c, checked: map[string]report.Check{}}
	clones := &clonesGo{checkout: c, told: told}
	result := c.must(devenv.TestMigration(t.Context(), devenv.TestMigrationOptions{
		Options: devenv.Options{Dir: c.dir, Listener: clones}, Timings: true,
	}))
	measured(t, result.Document.Timings)
	told.beforeTheStarts(result)
	for id, check := range statuses(result) {
		if check.Status != report.StatusPass {
			t.Errorf("%s: %s %s %+v", id, check.Status, check.Summary, check.Evidence)
		}
	}
	if result.Document.Verdict != report.VerdictPass {
		t.Errorf("verdict %s", result.Document.Verdict)
	}
	if _, err := devenv.Undo(t.Context(), devenv.UndoOptions{Options: devenv.Options{Dir: c.dir}}); report.KindOf(err) != report.KindWork ||
		!strings.Contains(report.HintOf(err), "--force") {
		t.Errorf("undo took back an edited file without --force: %v", err)
	}
	announced := false
	listener := noteFunc(func(said string) {
		_, err := os.Stat(filepath.Join(c.dir, file))
		announced = announced ||
			err == nil && strings.Contains(said, "taking back new-migration, ") && strings.Contains(said, file+" is removed")
	})
	if _, err := devenv.Undo(t.Context(), devenv.UndoOptions{
		Options: devenv.Options{Dir: c.dir, Listener: listener},
		Force:   true,
	}); err != nil {
		t.Fatal(err)
	}
	if !announced {
		t.Error("undo did not say what it takes back before it did")
	}
	if after := c.worktreeState(); after != before {
		t.Errorf("undo did not restore the tree:\n%s\nwas\n%s", after, before)
	}
	c.nothingLeft()
}

// clonesGo waits, when a run has judged everything, until its database servers are gone: they are removed beside the verdict.
type clonesGo struct {
	checkout
	told *told
	once sync.Once
}

// Emit waits once.
func (c *clonesGo) Emit(event report.Event) {
	c.told.Emit(event)
	if checked, ok := event.(report.Checked); ok && checked.Check.ID == "waiver.unused" { // which comes last
		c.once.Do(c.wait)
	}
}

func (c *clonesGo) wait() {
	ctx, cancel := context.WithTimeout(c.Context(), time.Minute)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		left, err := c.clones(ctx)
		if err != nil || len(left) == 0 {
			if err != nil {
				c.Errorf("these clones are left after the trials: %q, %v", left, err)
			}
			return
		}
		<-again.C
	}
}

// clones returns the names of the run's database servers, which the engine chose.
func (c *clonesGo) clones(ctx context.Context) (names []string, err error) {
	found, err := c.engine.Containers(ctx, project.LabelWorktree+"="+project.WorktreeID(c.dir))
	for _, container := range found {
		if !strings.HasPrefix(container.Name, "devenv-") {
			names = append(names, container.Name)
		}
	}
	return names, err
}

func TestAKnownBaseIsNotBuiltAgain(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	first := c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { o.DryRun, o.NoVerify = true, true }))
	second := c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { o.DryRun, o.NoVerify = true, true }))
	if !second.Document.Base.Cached || second.Document.Base.Image != first.Document.Base.Image {
		t.Errorf("the second run's base is %+v, the first's %+v", second.Document.Base, first.Document.Base)
	}
	for _, step := range second.Document.Steps {
		if strings.HasPrefix(step.Name, "base: ") {
			t.Errorf("the second run repeated %s", step.Name)
		}
	}
}

func TestDryRunWritesNothing(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	before := c.worktreeState()
	result := c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { o.DryRun, o.NoVerify = true, true }))
	if len(result.File) == 0 || result.Document.Verdict != report.VerdictNone || len(result.Document.Files) > 0 {
		t.Errorf("%d bytes, verdict %s, files %v", len(result.File), result.Document.Verdict, result.Document.Files)
	}
	would := result.Document.Proposed
	if len(would) != 1 || would[0].Content != string(result.File) || would[0].Action != report.FileAdded {
		t.Errorf("the document proposes %+v", would)
	}
	if after := c.worktreeState(); after != before {
		t.Errorf("a dry run changed:\n%s\nwas\n%s", after, before)
	}
}

func TestUnchangedModelsGiveNoFile(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.git("checkout", "-qf", sample.BaseBranch)
	before := c.worktreeState()
	result := c.must(c.newMigration(nil))
	if result.Document.Verdict != report.VerdictNone || len(result.Document.Files) != 0 || result.File != nil {
		t.Errorf("verdict %s, files %v", result.Document.Verdict, result.Document.Files)
	}
	if after := c.worktreeState(); after != before {
		t.Errorf("it changed:\n%s\nwas\n%s", after, before)
	}
}

func TestModelsChangedWithoutARevisionDrift(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	result := c.must(c.testMigration())
	if drift := statuses(result)["drift.models"]; drift.Status != report.StatusFail || result.Document.Verdict != report.VerdictFail {
		t.Errorf("drift.models: %+v", drift)
	}
}

func TestItWorksInADetachedLinkedWorktree(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	linked := filepath.Join(t.TempDir(), "linked tree")
	c.git("worktree", "add", "-q", "--detach", linked, sample.FeatureBranch)
	there := c
	there.dir = linked
	result := there.must(there.newMigration(func(o *devenv.NewMigrationOptions) {
		o.Dir, o.NoVerify = filepath.Join(linked, "backend"), true
	}))
	if result.Document.Branch.Ref != "" || len(result.Document.Files) != 1 {
		t.Fatalf("branch %+v, files %v", result.Document.Branch, result.Document.Files)
	}
	if _, err := os.Stat(filepath.Join(linked, result.Document.Files[0].Path)); err != nil {
		t.Error(err)
	}
	there.nothingLeft()
}

func TestABranchBehindItsBaseIsMerged(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.advanceBase("README.md", "The base went on.\n")
	result := c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { o.NoVerify = true }))
	if !result.Document.Branch.Merged || len(result.Document.Files) != 1 {
		t.Errorf("branch %+v, files %v", result.Document.Branch, result.Document.Files)
	}
}

func TestAConflictWithTheBaseNamesTheFiles(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.advanceBase(sample.EditedFile, "conflict = True\n")
	before := c.worktreeState()
	_, err := c.newMigration(nil)
	if err == nil || report.KindOf(err) != report.KindWork || !strings.Contains(err.Error(), sample.EditedFile) {
		t.Errorf("%v", err)
	}
	if after := c.worktreeState(); after != before {
		t.Errorf("it changed:\n%s\nwas\n%s", after, before)
	}
	c.nothingLeft()
}

// advanceBase commits a file on the base branch, in a separate worktree, so that the branch is behind.
func (c checkout) advanceBase(path, content string) {
	c.Helper()
	base := checkout{T: c.T, dir: filepath.Join(c.TempDir(), "base")}
	c.git("worktree", "add", "-q", base.dir, sample.BaseBranch)
	base.write(path, content)
	base.git("add", path)
	base.git("commit", "-qm", "The base goes on")
	c.git("worktree", "remove", "--force", base.dir)
}

// noteFunc receives each note of a run.
type noteFunc func(string)

func (h noteFunc) Emit(event report.Event) {
	if noted, ok := event.(report.Noted); ok {
		h(noted.Text)
	}
}
