package devenv_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"devenv/devenv"
	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// itemModel is the model whose new column has no default in the database; with one, a run does every trial.
const itemModel = "backend/src/toolshed/models/item.py"

// run runs this test binary as a new-migration in the checkout that sends itself a signal at a step. It returns the
// exit code (-1 if a signal ended it) and the steps that began.
func (c checkout) run(step, signal string) (int, []string) {
	c.Helper()
	code, out := c.runWithOutput(step, signal)
	if code > 0 && code != 130 {
		c.Logf("the run ended with %d:\n%s", code, out)
	}
	var steps []string
	for line := range strings.Lines(out) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "step "); ok {
			steps = append(steps, name)
		}
	}
	return code, steps
}

// runWithOutput is like run, and returns all the child's output.
func (c checkout) runWithOutput(step, signal string) (code int, said string) {
	c.Helper()
	return c.child(sample.Message, step, signal)
}

// child runs this test binary as a command in the checkout that sends itself a signal at a step.
func (c checkout) child(what, step, signal string) (code int, said string) {
	c.Helper()
	self, err := os.Executable()
	if err != nil {
		c.Fatal(err)
	}
	command := exec.Command(self)
	command.Dir = c.dir
	command.Env = append(os.Environ(), childCommand+"="+what, childStep+"="+step, childSignal+"="+signal)
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.Fatal(err)
	}
	return command.ProcessState.ExitCode(), string(out)
}

// asBeforeOrComplete fails the test unless the working tree is as before, or contains exactly the complete new file.
func (c checkout) asBeforeOrComplete(before string) {
	c.Helper()
	after := c.worktreeState()
	if after == before {
		return
	}
	names := c.revisions()
	if len(names) != sample.Revisions+1 {
		c.Fatalf("the working tree is neither as before nor complete:\n%s\nwas\n%s", after, before)
	}
}

// TestSignalsLeaveTheTreeAsBeforeOrComplete tests the guarantee of every run: whatever signal arrives at whatever
// step, the working tree is as before or complete, and the next run succeeds and leaves nothing on the engine. An
// interrupted run and a killed one end differently, so each gets all steps of the workflow, in a separate checkout; of
// the trials, which end alike since one runner runs them, each gets every other one. INT and TERM are the same to the
// program and alternate.
func TestSignalsLeaveTheTreeAsBeforeOrComplete(t *testing.T) {
	t.Parallel()
	c := newSignalled(t)
	code, steps := c.run("", "")
	if code != 0 {
		t.Fatalf("the run without a signal ended with %d", code)
	}
	t.Run("interrupted", func(t *testing.T) {
		t.Parallel()
		signals := []string{"INT", "TERM"}
		newSignalled(t).signalled(steps, 0, 130, func(i int) string { return signals[i/2%len(signals)] })
	})
	t.Run("killed", func(t *testing.T) {
		t.Parallel()
		newSignalled(t).signalled(steps, 1, -1, func(int) string { return "KILL" })
	})
}

// newSignalled returns the sample with a migration that passes, so that a run reaches every step.
func newSignalled(t *testing.T) checkout {
	t.Helper()
	c := newSample(t)
	c.replace(itemModel, "mapped_column(default=0)", "mapped_column(default=0, server_default=\"0\")")
	return c
}

// workflow are the steps of a run that are no trials.
func workflow() []string {
	return []string{"check", "turn", "branch", "base", "tool", "database", "stage", "generate", "format", "deliver"}
}

// signalled ends a run at each step of the workflow, and at every other one of the trials, the first or the second of
// them, with the signal for that step's index, and then runs to the end.
func (c checkout) signalled(steps []string, first, want int, signal func(int) string) {
	c.Helper()
	before := c.worktreeState()
	for i, step := range steps {
		if i%2 != first && !slices.Contains(workflow(), step) {
			continue
		}
		c.Run(step+" "+signal(i), func(t *testing.T) {
			c := checkout{T: t, dir: c.dir, engine: c.engine}
			want := want
			if step == "deliver" && want == 130 {
				want = 0 // it is too late: the file is written
			}
			if code, _ := c.run(step, signal(i)); code != want || want == 0 && c.worktreeState() == before {
				t.Errorf("it ended with %d, want %d; the working tree is as before: %v", code, want, c.worktreeState() == before)
			}
			c.asBeforeOrComplete(before)
			if want >= 0 { // the next run sweeps up after a killed one
				c.nothingLeft()
			}
			c.undoIfDelivered(before)
		})
	}
	if code, _ := c.run("", ""); code != 0 {
		c.Errorf("the run after all signals ended with %d", code)
	}
	c.nothingLeft()
}

// layers returns how many layers an image has.
func (c checkout) layers(image string) int {
	c.Helper()
	out, err := exec.CommandContext(c.Context(), "docker", "image", "inspect", "--format", "{{len .RootFS.Layers}}", image).Output()
	if err != nil {
		c.Fatal(err)
	}
	count, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		c.Fatal(err)
	}
	return count
}

// TestASignalLeavesNoHalfMadeBase interrupts and kills the run at each step of making the base, alternating INT and
// TERM. Then a run makes the base, and does not wait for its image before it tries the migration.
func TestASignalLeavesNoHalfMadeBase(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.advanceBase("postgres.dev.env", c.read("postgres.dev.env")+fmt.Sprintf("MARK=%d\n", time.Now().UnixNano()))
	before := c.worktreeState()
	for i, step := range []string{
		"base: images", "base: start postgres", "base: tool", "base: migrate and seed", "base: compare with the models",
		"base: copy", "base: keep",
	} {
		for signal, want := range map[string]int{[]string{"INT", "TERM"}[i%2]: 130, "KILL": -1} {
			code, steps := c.run(step, signal)
			if code != want || !slices.Contains(steps, step) {
				t.Errorf("%s %s: it ended with %d after %v", step, signal, code, steps)
			}
			c.asBeforeOrComplete(before)
			if signal != "KILL" {
				c.nothingLeft()
			}
		}
	}
	tried := make(chan struct{})
	result := c.must(c.newMigration(func(o *devenv.NewMigrationOptions) {
		o.DryRun = true
		o.Listener = startedAt{
			step: "base: keep", listener: startedAt{step: "apply", listener: o.Listener, start: func() { close(tried) }},
			start: func() {
				select {
				case <-tried:
				case <-time.After(time.Minute):
					t.Error("the trials wait for the base's image")
				}
			},
		}
	}))
	if result.Document.Base.Cached {
		t.Error("a half-made base was used")
	}
	steps := map[string]report.Step{}
	for _, s := range result.Document.Steps {
		steps[s.Name] = s
	}
	if said := steps["base: start postgres"].Detail; !strings.Contains(said, "the empty database of an earlier base") {
		t.Errorf("initdb ran again: %q", said)
	}
	if base := steps["base"]; steps["tool"].StartMS >= base.StartMS+base.MS {
		t.Error("the tool waits for the base to be made")
	}
	again := c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { o.DryRun = true }))
	if !again.Document.Base.Cached {
		t.Error("the base was not kept")
	}
	for id, check := range statuses(again) {
		if first := statuses(result)[id]; first.Status != check.Status {
			t.Errorf("%s: %s in the run that made the base, %s on the kept one", id, first.Status, check.Status)
		}
	}
	if over := c.layers(again.Document.Base.Image) - c.layers("postgres:17"); over != 1 {
		t.Errorf("the base has %d layers more than the server's image, want 1: not the empty database's under its own", over)
	}
	if err := c.engine.RemoveImage(t.Context(), again.Document.Base.Image, true); err != nil {
		t.Error(err)
	}
	c.nothingLeft()
}

func (c checkout) undo() {
	c.Helper()
	if _, err := devenv.Undo(c.Context(), devenv.UndoOptions{Options: devenv.Options{Dir: c.dir}}); err != nil {
		c.Fatal(err)
	}
}

func (c checkout) undoIfDelivered(before string) {
	c.Helper()
	if c.worktreeState() != before {
		c.undo()
	}
}

func TestASecondRunNamesWhoHoldsTheLock(t *testing.T) {
	c := newSample(t)
	repo, err := gitrepo.Open(t.Context(), c.dir)
	if err != nil {
		t.Fatal(err)
	}
	lock, err := repo.Lock(t.Context(), "new-migration")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err = c.newMigration(nil); err == nil || report.KindOf(err) != report.KindWork ||
		!strings.Contains(err.Error(), "new-migration") {
		t.Errorf("the second run: %v", err)
	}
	waited := time.Since(began)
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	began = time.Now()
	c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { o.DryRun, o.NoVerify = true, true }))
	if whole := time.Since(began); waited > whole {
		t.Errorf("the second run waited %s; a complete one takes %s", waited, whole)
	}
}
