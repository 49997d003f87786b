package devenv_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// chooser answers each question with the option that contains a word.
type chooser struct {
	word  string
	asked []string
}

func (c *chooser) Choose(_ context.Context, question string, options []string) (int, error) {
	c.asked = append(c.asked, question)
	for i, o := range options {
		if strings.Contains(o, c.word) {
			return i, nil
		}
	}
	return 0, context.Canceled
}

// Confirm agrees if the question contains the word.
func (c *chooser) Confirm(_ context.Context, question string) (bool, error) {
	c.asked = append(c.asked, question)
	return strings.Contains(question, c.word), nil
}

// TestInitWritesOnlyWhatCannotBeFound runs init twice.
func TestInitWritesOnlyWhatCannotBeFound(t *testing.T) {
	c := newSample(t)
	o := devenv.InitOptions{Options: devenv.Options{Dir: c.dir}}
	before := c.worktreeState()
	o.Print = true
	if printed, err := devenv.Init(t.Context(), o); err != nil || c.worktreeState() != before || len(printed.Items.Items) < 5 {
		t.Fatalf("--print changed something, or found little: %v %v", printed.Items.Items, err)
	} else if listed := fmt.Sprint(printed.Items.Items...); !strings.Contains(listed, "build context backend (") ||
		!strings.Contains(listed, "image postgres:17") {
		t.Errorf("it does not list the base's inputs: %s", listed)
	}
	o.Print = false
	if result, err := devenv.Init(t.Context(), o); err != nil || !strings.HasPrefix(result.Next, "devenv new-migration") {
		t.Fatalf("on a branch that changes models, next is %q: %v", result.Next, err)
	}
	written := c.read(".devenv.yaml")
	if !strings.HasPrefix(written, "# yaml-language-server: $schema=") {
		t.Errorf("no schema line: %s", written)
	}
	for line := range strings.Lines(written) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			t.Errorf("it wrote what can be detected: %s", line)
		}
	}
	schema, _, _ := strings.Cut(strings.TrimPrefix(written, "# yaml-language-server: $schema="), "\n")
	if _, err := os.Stat(filepath.Join(c.dir, schema)); err != nil {
		t.Errorf("the schema is not where the file says: %v", err)
	}
	if again, err := devenv.Init(t.Context(), o); err != nil || again.Written || c.read(".devenv.yaml") != written {
		t.Errorf("the second run changed it: %v", err)
	}
	c.write(ownPath, ownRevision)
	if result, err := devenv.Init(t.Context(), o); err != nil || !strings.HasPrefix(result.Next, "devenv test-migration") {
		t.Errorf("on a branch that has a revision, next is %q: %v", result.Next, err)
	}
	c.git("clean", "-qf", sample.VersionsDir)
	c.git("checkout", "-qf", sample.BaseBranch)
	if result, err := devenv.Init(t.Context(), o); err != nil || !strings.HasPrefix(result.Next, "devenv up") {
		t.Errorf("on the base, next is %q: %v", result.Next, err)
	}
	o.Print = true
	if printed, err := devenv.Init(t.Context(), o); err != nil || string(printed.Content) != written {
		t.Errorf("--print of what exists: %v\n%s", err, printed.Content)
	}
}

// TestInitAsksWhereTwoAnswersArePossible also checks that a run with the answer asks nothing.
func TestInitAsksWhereTwoAnswersArePossible(t *testing.T) {
	c := newSample(t)
	c.write("compose.yaml", c.read(composeFile))
	if _, err := devenv.Init(t.Context(), devenv.InitOptions{Options: devenv.Options{Dir: c.dir}}); report.KindOf(err) != report.KindUsage {
		t.Fatalf("with nobody to ask: %v", err)
	}
	asker := &chooser{word: composeFile}
	o := devenv.InitOptions{Options: devenv.Options{Dir: c.dir, Ask: asker}}
	result, err := devenv.Init(t.Context(), o)
	if err != nil || len(asker.asked) == 0 {
		t.Fatalf("%v after %q", err, asker.asked)
	}
	if !strings.Contains(string(result.Content), composeFile) {
		t.Errorf("the answer is not in the file:\n%s", result.Content)
	}
	o.Ask = nil
	if again, err := devenv.Init(t.Context(), o); err != nil || again.Written {
		t.Errorf("the second run: %v", err)
	}
}

func TestInitAsksWhetherBasesAreUpgraded(t *testing.T) {
	for word, want := range map[string]bool{"upgraded": true, "nothing of that": false} {
		c := newSample(t)
		result, err := devenv.Init(t.Context(), devenv.InitOptions{Options: devenv.Options{Dir: c.dir, Ask: &chooser{word: word}}})
		if err != nil || strings.Contains(string(result.Content), "incremental: true") != want {
			t.Errorf("%v\n%s", err, result.Content)
		}
	}
}

func TestInitSeesIgnoredFilesThatAreIncluded(t *testing.T) {
	c := newSample(t)
	const ini = sample.AlembicConfig
	c.git("rm", "-q", "--cached", ini)
	c.write(".gitignore", c.read(".gitignore")+"\n*.ini\n")
	c.git("commit", "-qam", "Ignore it")
	o := devenv.InitOptions{Options: devenv.Options{Dir: c.dir}, Print: true}
	if _, err := devenv.Init(t.Context(), o); err == nil || !strings.Contains(report.HintOf(err), "include: ["+ini+"]") {
		t.Errorf("without it: %v: %s", err, report.HintOf(err))
	}
	c.write(".devenv.yaml", "include: ["+ini+"]\n")
	if found, err := devenv.Init(t.Context(), o); err != nil || !strings.Contains(fmt.Sprint(found.Items.Items...), ini) {
		t.Errorf("with it: %v: %s", err, report.HintOf(err))
	}
}

// TestInitsSchemaLineWorksInLinkedWorktrees covers a configuration written in a linked worktree, where .git is a file,
// and one committed elsewhere.
func TestInitsSchemaLineWorksInLinkedWorktrees(t *testing.T) {
	c := newSample(t)
	resolves := func(dir string) {
		t.Helper()
		written, err := os.ReadFile(filepath.Join(dir, ".devenv.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		schema, _, _ := strings.Cut(strings.TrimPrefix(string(written), "# yaml-language-server: $schema="), "\n")
		if _, err := os.Stat(filepath.Join(dir, schema)); err != nil {
			t.Errorf("the schema is not where %s/.devenv.yaml says: %v", dir, err)
		}
	}
	linked := filepath.Join(t.TempDir(), "linked")
	c.git("worktree", "add", "-q", "--detach", linked, sample.FeatureBranch)
	if _, err := devenv.Init(t.Context(), devenv.InitOptions{Options: devenv.Options{Dir: linked}}); err != nil {
		t.Fatal(err)
	}
	resolves(linked)
	c.git("-C", linked, "add", ".")
	c.git("-C", linked, "commit", "-q", "-m", "Configure devenv")
	second := filepath.Join(t.TempDir(), "second")
	c.git("worktree", "add", "-q", "--detach", second, strings.TrimSpace(c.git("-C", linked, "rev-parse", "HEAD")))
	resolves(second)
	if err := os.Remove(filepath.Join(second, ".devenv.schema.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := devenv.Init(t.Context(), devenv.InitOptions{Options: devenv.Options{Dir: second}}); err != nil {
		t.Fatal(err)
	}
	resolves(second)
}
