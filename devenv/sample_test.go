package devenv_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"devenv/compose/engine"
	"devenv/compose/engine/enginetest"
	"devenv/devenv"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// checkout is a project in a temporary directory, with a real engine.
type checkout struct {
	*testing.T
	dir    string
	engine *engine.Engine
}

// newSample unpacks the built-in sample: on its feature branch, with an uncommitted edit.
func newSample(t *testing.T) checkout {
	t.Helper()
	c := checkout{T: t, dir: filepath.Join(t.TempDir(), "toolshed"), engine: enginetest.Require(t)}
	enginetest.Images(t, "debian:trixie-slim", "postgres:17")
	if err := sample.Unpack(t.Context(), c.dir); err != nil {
		t.Fatal(err)
	}
	return c
}

// git runs git in the checkout and returns what it prints.
func (c checkout) git(args ...string) string {
	c.Helper()
	command := exec.Command("git", args...)
	command.Dir = c.dir
	out, err := command.CombinedOutput()
	if err != nil {
		c.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// write writes a file of the checkout.
func (c checkout) write(path, content string) {
	c.Helper()
	full := filepath.Join(c.dir, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		c.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		c.Fatal(err)
	}
}

// read reads a file of the checkout.
func (c checkout) read(path string) string {
	c.Helper()
	content, err := os.ReadFile(filepath.Join(c.dir, path))
	if err != nil {
		c.Fatal(err)
	}
	return string(content)
}

// replace replaces a text in a file of the checkout, which must contain it.
func (c checkout) replace(path, old, new string) {
	c.Helper()
	content := c.read(path)
	if !strings.Contains(content, old) {
		c.Fatalf("%s does not contain %q", path, old)
	}
	c.write(path, strings.ReplaceAll(content, old, new))
}

// newMigration runs new-migration in the checkout.
func (c checkout) newMigration(change func(*devenv.NewMigrationOptions)) (*devenv.Result, error) {
	o := devenv.NewMigrationOptions{Options: devenv.Options{Dir: c.dir, Listener: logged{c.T}}, Message: sample.Message}
	if change != nil {
		change(&o)
	}
	return devenv.NewMigration(c.Context(), o)
}

// only leaves out the trials that none of the checks needs.
func only(ids ...string) func(*devenv.NewMigrationOptions) {
	return func(o *devenv.NewMigrationOptions) { o.Only = ids }
}

// testMigration runs test-migration in the checkout, for some checks or for all.
func (c checkout) testMigration(only ...string) (*devenv.Result, error) {
	return devenv.TestMigration(c.Context(), devenv.TestMigrationOptions{
		Options: devenv.Options{Dir: c.dir, Listener: logged{c.T}},
		Only:    only,
	})
}

// must returns a run's result and fails the test on an error.
func (c checkout) must(result *devenv.Result, err error) *devenv.Result {
	c.Helper()
	if err != nil {
		c.Fatalf("%v\n%s\n%s", err, report.HintOf(err), strings.Join(report.OutputOf(err), "\n"))
	}
	return result
}

// statuses returns the checks' answers by id.
func statuses(r *devenv.Result) map[string]report.Check {
	byID := map[string]report.Check{}
	for _, check := range r.Document.Checks {
		byID[check.ID] = check
	}
	return byID
}

// nothingLeft fails the test if the engine still has something of a run in this checkout.
func (c checkout) nothingLeft() {
	c.Helper()
	if left := c.leftovers(); len(left) > 0 {
		c.Errorf("left on the engine: %s", strings.Join(left, ", "))
	}
}

// leftovers returns the names of containers, networks and volumes of runs in this checkout.
func (c checkout) leftovers() []string {
	c.Helper()
	label := "dev.devenv.worktree=" + project.WorktreeID(c.dir)
	left, err := c.engine.Resources(context.WithoutCancel(c.Context()), label)
	if err != nil {
		c.Fatal(err)
	}
	var names []string
	for _, made := range left {
		names = append(names, made.String())
	}
	return names
}

// revisions returns the files in the directory of revisions, sorted.
func (c checkout) revisions() []string {
	c.Helper()
	entries, err := os.ReadDir(filepath.Join(c.dir, sample.VersionsDir))
	if err != nil {
		c.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".py") && e.Name() != "__init__.py" {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names
}

// worktreeState returns everything that a run must not change before it delivers: files, index, refs, worktrees.
func (c checkout) worktreeState() string {
	c.Helper()
	var state bytes.Buffer
	for _, args := range [][]string{
		{"status", "--porcelain=v2", "--branch", "--untracked-files=all", "--ignored"}, {"diff", "HEAD"}, {"for-each-ref"}, {
			"worktree",
			"list",
		}, {"stash", "list"},
	} {
		state.WriteString(c.git(args...))
	}
	return state.String()
}

// logged writes a run's events to the test's log.
type logged struct{ *testing.T }

// Emit logs finished steps and notes.
func (l logged) Emit(event report.Event) {
	switch e := event.(type) {
	case report.StepEnded:
		l.Logf("%-30s %-8s %6d ms  %s %v", e.Name, e.Status, e.Took.Milliseconds(), e.Detail, e.Err)
	case report.Noted:
		l.Log("note:", e.Text)
	case report.Checked:
		l.Logf("check %-18s %-5s %s", e.Check.ID, e.Check.Status, e.Check.Summary)
	}
}
