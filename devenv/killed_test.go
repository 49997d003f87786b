package devenv_test

import (
	"slices"
	"strings"
	"testing"

	"devenv/devenv"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// TestAKilledDatabaseIsNotTheMigrationsFault has somebody kill the empty databases when the whole history is about to
// be applied to one of them: that is not answered, the other checks are, and the file is written.
func TestAKilledDatabaseIsNotTheMigrationsFault(t *testing.T) {
	t.Parallel()
	c := newSignalled(t)
	result, err := c.newMigration(func(o *devenv.NewMigrationOptions) {
		o.Listener = startedAt{listener: o.Listener, step: "scratch", start: c.killEmptyDatabases}
	})
	if report.KindOf(err) != report.KindWork || err == nil || !strings.Contains(err.Error(), "apply.scratch") ||
		report.HintOf(err) == "" {
		t.Fatalf("the run ended with %v, and the hint %q", err, report.HintOf(err))
	}
	d, answers := result.Document, statuses(result)
	if scratch := answers["apply.scratch"]; scratch.Status != report.StatusSkip || !scratch.Unanswered ||
		!strings.Contains(scratch.Summary, "ended with SIGKILL through the engine at ") ||
		!strings.Contains(scratch.Summary, "(exit status 137)") {
		t.Errorf("apply.scratch is %s: %s", scratch.Status, scratch.Summary)
	}
	if seeded := answers["apply.seeded"]; seeded.Status != report.StatusPass {
		t.Errorf("apply.seeded is %s: %s", seeded.Status, seeded.Summary)
	}
	lost := answers["data.lost"] // the sample's own fault
	faulty := slices.ContainsFunc(d.Checks, func(c report.Check) bool { return c.Status == report.StatusFail && c.ID != lost.ID })
	if faulty || lost.Status != report.StatusFail || d.Verdict != report.VerdictNone || d.Error == nil || len(d.Files) != 1 {
		t.Errorf("a check failed: %v, the verdict is %s, the error %v, the files %v", faulty, d.Verdict, d.Error, d.Files)
	}
	c.nothingLeft()
}

// TestAKilledBaseLeavesEveryCheckUnanswered has somebody kill the tool with which the base is made: nothing is known
// about the migration then, and the error says on which side that was, and who did it.
func TestAKilledBaseLeavesEveryCheckUnanswered(t *testing.T) {
	t.Parallel()
	const seed, says = "backend/src/toolshed/seed.py", "the migration tool's throwaway container was ended with SIGKILL through the engine at "
	c := newSample(t)
	c.git("checkout", "-q", sample.BaseBranch)
	c.write(seed, "# another base\n"+c.read(seed))
	c.git("add", seed)
	c.git("commit", "-qm", "Another base")
	c.git("checkout", "-q", "-")
	result, err := c.newMigration(func(o *devenv.NewMigrationOptions) {
		kill := func() { c.killNamed("base-tool-backend-1") }
		o.Listener = startedAt{listener: o.Listener, step: "base: compare with the models", start: kill}
	})
	if err == nil || !strings.HasPrefix(err.Error(), "on "+sample.BaseBranch+", ") || !strings.Contains(err.Error(), says) ||
		!strings.Contains(report.HintOf(err), "not your files' fault") {
		t.Fatalf("the run ended with %v, and the hint %q", err, report.HintOf(err))
	}
	seeded := statuses(result)["apply.seeded"]
	if seeded.Status != report.StatusSkip || !seeded.Unanswered || !strings.Contains(seeded.Summary, says) {
		t.Errorf("apply.seeded is %s: %s", seeded.Status, seeded.Summary)
	}
	c.nothingLeft()
}

func TestAKilledToolIsNotTheFormattersFault(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	_, err := c.newMigration(func(o *devenv.NewMigrationOptions) {
		o.Only = []string{"history.heads"}
		o.Listener = startedAt{listener: o.Listener, step: "format", start: func() { c.killNamed("-tool-backend-1") }}
	})
	if err == nil || !strings.HasPrefix(err.Error(), "the migration tool's throwaway container was ended with SIGKILL") ||
		strings.Contains(report.HintOf(err), "format:") {
		t.Errorf("the run ended with %v, and the hint %q", err, report.HintOf(err))
	}
	c.nothingLeft()
}

// killNamed kills the container of a run in the checkout whose name ends so.
func (c checkout) killNamed(end string) {
	c.Helper()
	made, err := c.engine.Resources(c.Context(), "dev.devenv.root="+c.dir)
	if err != nil {
		c.Error(err)
	}
	for _, m := range made {
		if container, err := c.engine.Inspect(c.Context(), m.ID); err == nil && strings.HasSuffix(container.Name, end) {
			if err := c.engine.Kill(c.Context(), m.ID); err != nil {
				c.Error(err)
			}
			return
		}
	}
	c.Errorf("no container is called %s", end)
}

// killEmptyDatabases kills the clones of the base without data that a run in the checkout has made.
func (c checkout) killEmptyDatabases() {
	c.Helper()
	made, err := c.engine.Resources(c.Context(), "dev.devenv.kind=scenario")
	if err != nil {
		c.Error(err)
	}
	for _, m := range made {
		container, err := c.engine.Inspect(c.Context(), m.ID)
		if err != nil || container.Labels["dev.devenv.root"] != c.dir {
			continue // another test's
		}
		image, _, err := c.engine.ImageInspect(c.Context(), container.Image)
		if err != nil {
			c.Error(err)
		}
		if slices.ContainsFunc(image.Names, func(name string) bool { return strings.HasSuffix(name, "-empty") }) {
			if err := c.engine.Kill(c.Context(), m.ID); err != nil {
				c.Error(err)
			}
		}
	}
}
