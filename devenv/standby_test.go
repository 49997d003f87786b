package devenv_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"devenv/devenv"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// TestRunsOfAWatchUseWhatTheLastLeft tests states of a branch one after the other: each replaces a file by another,
// with another answer. Before the third, somebody removes what is on standby; before the last, the tool's environment
// changes, so that it is started anew.
func TestRunsOfAWatchUseWhatTheLastLeft(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.git("checkout", "-q", "HEAD", ".")
	standby := &devenv.Standby{}
	t.Cleanup(func() {
		if err := standby.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		c.nothingLeft()
	})
	c.must(c.testMigration("history.single")) // makes the base
	for i, state := range []struct{ id, column string }{
		{"aaaa", "nullable=True"}, {"bbbb", "nullable=False"}, {"cccc", "nullable=True"}, {"dddd", "nullable=False"},
	} {
		path := sample.VersionsDir + "/" + state.id + ".py"
		c.write(path, "import sqlalchemy as sa\nfrom alembic import op\n\n"+
			"revision = \""+state.id+"\"\ndown_revision = \"2ae7f14b9c60\"\n\n\ndef upgrade():\n"+
			"    op.add_column(\"items\", sa.Column(\"colour\", sa.Text(), "+state.column+"))\n\n\ndef downgrade():\n    pass\n")
		if i == 0 {
			c.must(c.testMigration("apply.seeded", "apply.scratch", "data.lost")) // reads the base, and is of no series
		}
		waiting := c.leftovers()
		result := c.must(devenv.TestMigration(t.Context(), devenv.TestMigrationOptions{
			Options: devenv.Options{Dir: c.dir, Listener: logged{t}}, Standby: standby,
			Only: []string{"apply.seeded", "apply.scratch", "data.lost"},
		}))
		want := map[bool]report.Status{true: report.StatusPass, false: report.StatusFail}[state.column == "nullable=True"]
		if got := statuses(result)["apply.seeded"]; got.Status != want || !slices.Equal(result.Document.Revisions, []string{state.id}) {
			t.Errorf("%s: %s, want %s; revisions %q: %s", state.id, got.Status, want, result.Document.Revisions, got.Summary)
		}
		if again := stepStatus(result, "tool") == report.StepCached; again != (i == 1) {
			t.Errorf("%s: the tool is used again: %t", state.id, again)
		}
		stayed := slices.DeleteFunc(c.leftovers(), func(name string) bool {
			return !strings.HasPrefix(name, "container ") || !slices.Contains(waiting, name)
		})
		if i == 1 && len(stayed) != 2 { // the clones of the base's data are used up
			t.Errorf("of %q stay %q, want the tool and the server of the empty databases", waiting, stayed)
		}
		if said := stepDetail(result, "database"); i < 3 && !strings.Contains(said, "an earlier run has read") {
			t.Errorf("%s: what the base holds was read again: %s", state.id, said)
		}
		standby.Prepare(t.Context())
		switch i {
		case 2:
			c.write("backend.dev.env", c.read("backend.dev.env")+"COLOUR=red\n")
		case 1:
			if _, err := c.engine.Sweep(t.Context(), "dev.devenv.worktree="+project.WorktreeID(c.dir)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Remove(filepath.Join(c.dir, path)); err != nil {
			t.Fatal(err)
		}
	}
}

// stepDetail returns what a run's step has found.
func stepDetail(r *devenv.Result, name string) string {
	for _, s := range r.Document.Steps {
		if s.Name == name {
			return s.Detail
		}
	}
	return ""
}

// stepStatus returns the status of a run's step.
func stepStatus(r *devenv.Result, name string) report.StepStatus {
	for _, s := range r.Document.Steps {
		if s.Name == name {
			return s.Status
		}
	}
	return ""
}
