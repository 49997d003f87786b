package devenv_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// generated is a module that git ignores and the models import: a case for prepare.
const generated = "backend/src/toolshed/generated.py"

// newPrepared returns a sample without bind mounts whose models import a module that prepare copies from a directory
// outside the repository, and that directory. The branch adds a column for each of the module's names.
func newPrepared(t *testing.T) (c checkout, outside string) {
	t.Helper()
	c, outside = newSample(t), t.TempDir()
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	c.replace(composeFile, "    volumes:\n      - ./backend:/app\n", "")
	c.write(".gitignore", c.read(".gitignore")+"/"+generated+"\n")
	c.replace(itemModel, "from toolshed.models.base import Base\n",
		"from toolshed.generated import NAMES\nfrom toolshed.models.base import Base\n")
	c.git("commit", "-qam", "Import a generated module")
	c.git("checkout", "-qb", "feature/generated")
	c.replace(itemModel, "    added_at: Mapped",
		"    for _name in NAMES:\n        vars()[_name] = mapped_column(Text, nullable=True)\n    added_at: Mapped")
	c.write(".devenv.yaml", "prepare: ['cp "+outside+"/generated.py "+generated+"']\n")
	return c, outside
}

func TestPrepareRunsForBranchAndKnownBase(t *testing.T) {
	c, outside := newPrepared(t)
	names := func(name string) {
		if err := os.WriteFile(filepath.Join(outside, "generated.py"), []byte("NAMES = ['"+name+"']\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	names("colour")
	first := c.must(c.newMigration(dry))
	if !strings.Contains(string(first.File), "'colour'") && !strings.Contains(string(first.File), `"colour"`) {
		t.Errorf("the generated module is not in the image:\n%s", first.File)
	}
	names("shade")
	t.Setenv("DEVENV_CACHE", filepath.Join(t.TempDir(), "another"))
	starts := []string{"start.base", "start.branch"}
	second := c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { o.DryRun, o.Only = true, starts }))
	if text := string(second.File); strings.Contains(text, "colour") || !strings.Contains(text, "shade") {
		t.Errorf("the image is from the first run:\n%s", text)
	}
	if !second.Document.Base.Cached {
		t.Error("the base was made again")
	}
	for _, id := range starts {
		if got := statuses(second)[id]; got.Status != report.StatusPass {
			t.Errorf("%s: %+v", id, got)
		}
	}
	if _, err := os.Stat(filepath.Join(c.dir, generated)); err == nil {
		t.Error("prepare ran in the user's working tree")
	}
	c.nothingLeft()
}

func TestAFailingPrepareNamesItsCommandAndTree(t *testing.T) {
	c, _ := newPrepared(t) // there is no generated.py to copy
	_, err := c.newMigration(dry)
	if err == nil || !strings.Contains(err.Error(), "generated.py") || !strings.Contains(strings.Join(report.OutputOf(err), "\n"),
		"No such file") {
		t.Errorf("%v\n%v", err, report.OutputOf(err))
	}
	if !strings.Contains(err.Error()+report.HintOf(err), ".devenv.yaml") {
		t.Errorf("it does not say where prepare is configured: %v\n%s", err, report.HintOf(err))
	}
	c.nothingLeft()
}
