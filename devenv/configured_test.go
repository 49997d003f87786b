package devenv_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"devenv/devenv"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// extras is what the base's backend does on start in the test below: it dies unless every ignored file, the service it
// does not depend on, and the host directory are there, and adds rows for longer than the seed's settle.
const extras = `import threading
import time
import urllib.request

from toolshed import db
from toolshed import included, matched
from toolshed.models import Category


def check():
    assert (included.WORD, matched.WORD) == ("included", "matched")
    with urllib.request.urlopen("http://mail:8025/", timeout=5) as answer:
        assert answer.status == 200
    with open("/outside/flag.txt") as flag:
        assert flag.read() == "kept"
    try:
        open("/outside/written", "w")
    except OSError:
        pass
    else:
        raise SystemExit("the host's directory can be written to")
    threading.Thread(target=later, daemon=True).start()


def later():
    for name in ("First", "Second", "Third", "Fourth", "Fifth", "Settled"):
        time.sleep(1)
        with db.session() as session:
            session.add(Category(name=name))
            session.commit()
`

// newExtras returns a sample whose backend needs what the configuration says.
func newExtras(t *testing.T) checkout {
	t.Helper()
	c, outside := newSample(t), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "flag.txt"), []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	c.replace(composeFile, "      - ./backend:/app\n", "      - ./backend:/app\n      - "+outside+":/outside\n")
	c.replace(composeFile, "    depends_on:\n      postgres:\n",
		"    depends_on:\n      search: {condition: service_started}\n      postgres:\n")
	c.write(composeFile, c.read(composeFile)+`
  # nobody depends on it, and the backend needs it
  mail:
    build: ./backend
    command: python3 -m http.server 8025
  # the backend depends on it, and does without
  search:
    image: registry.example.org/that/does/not:exist
`)
	c.write("backend/src/toolshed/extras.py", extras)
	c.replace(appFile, "config, db, seed, server", "config, db, extras, seed, server")
	c.replace(appFile, "    server.serve(", "    extras.check()\n    server.serve(")
	c.write(".gitignore", c.read(".gitignore")+"/backend/src/toolshed/included.py\n/backend/src/toolshed/matched.py\n")
	c.write(".worktreeinclude", "backend/src/**/matched.py\n")
	c.write(".devenv.yaml", "include: [backend/src/toolshed/included.py]\nbackend: {needs: [mail]}\nmounts: {keep: ["+outside+"]}\nseed: "+
		"{startup: true, settle: 3s}\n")
	c.git("add", "-A")
	c.git("commit", "-qm", "Need more than git has")
	c.git("checkout", "-qb", "feature/extras")
	c.write("backend/src/toolshed/included.py", "WORD = 'included'\n")
	c.write("backend/src/toolshed/matched.py", "WORD = 'matched'\n")
	c.replace(itemModel, "    notes: Mapped", "    colour: Mapped[str | None] = mapped_column(Text)\n    notes: Mapped")
	return c
}

func TestIncludeNeedsMountsAndSettleWork(t *testing.T) {
	t.Parallel()
	c := newExtras(t)
	starts := []string{"start.base", "start.branch"}
	result := c.must(c.newMigration(only(starts...)))
	for _, id := range starts {
		if got := statuses(result)[id]; got.Status != report.StatusPass {
			t.Errorf("%s: %+v", id, got)
		}
	}
	if c.baseRows(result.Document.Base.Image, "categories WHERE name = 'Settled'") != 1 {
		t.Error("the backend was stopped before its background job ended")
	}
	if !foundIs(result.Document, "services beside the backend", "mail") {
		t.Errorf("found: %v", result.Document.Steps[0].Found)
	}
	c.nothingLeft()
}

// foundIs reports whether a run's search found a value.
func foundIs(d *report.Document, what, value string) bool {
	for _, f := range d.Steps[0].Found {
		if f.What == what && f.Value == value {
			return true
		}
	}
	return false
}

func TestAPasswordMayContainAnyCharacters(t *testing.T) {
	t.Parallel()
	const password, inURL = `p@ss%w:rd/#$1 "q"`, "p%40ss%25w%3Ard%2F%23%241%20%22q%22"
	c := newSample(t)
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	for file, value := range map[string]string{"postgres.dev.env": "'" + password + "'", "backend.dev.env": ""} {
		text := c.read(file)
		if value == "" {
			value = inURL
		}
		c.write(file, strings.ReplaceAll(text, sample.Password, value))
	}
	c.git("commit", "-qam", "Use a password that must be quoted")
	c.git("checkout", "-qb", "feature/password")
	c.replace(itemModel, "    notes: Mapped", "    colour: Mapped[str | None] = mapped_column(Text)\n    notes: Mapped")
	result := c.must(c.newMigration(dry))
	if !strings.Contains(string(result.File), "colour") {
		t.Errorf("%s", result.File)
	}
	c.replace("postgres.dev.env", password, "the branch`s")
	c.replace("backend.dev.env", inURL, "the%20branch%60s")
	onlyThese := []string{"apply.seeded", "apply.scratch", "start.branch", "start.base"}
	result = c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { only(onlyThese...)(o); o.DryRun = true }))
	for _, id := range onlyThese {
		if got := statuses(result)[id]; got.Status != report.StatusPass {
			t.Errorf("with the branch's own password: %+v", got)
		}
	}
	if !slices.ContainsFunc(result.Document.Notes, func(n string) bool {
		return strings.Contains(n, "gives postgres, the user of postgres, another password")
	}) {
		t.Errorf("notes: %q", result.Document.Notes)
	}
	c.nothingLeft()
}

func TestAnIncludedAlembicConfigurationReachesTheBase(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	ini := c.read(sample.AlembicConfig)
	c.git("rm", "-q", sample.AlembicConfig)
	c.git("commit", "-qm", "Leave alembic.ini to the program")
	c.git("checkout", "-qb", "feature/wrapper")
	c.replace(itemModel, "    notes: Mapped", "    colour: Mapped[str | None] = mapped_column(Text)\n    notes: Mapped")
	_, err := c.newMigration(dry)
	if err == nil || report.KindOf(err) != report.KindUsage || !strings.Contains(report.HintOf(err),
		"include: [backend/alembic.ini]") {
		t.Fatalf("%v\n%s", err, report.HintOf(err))
	}
	// In another place than the hint's: where the sample's own program reads it.
	c.write(sample.AlembicConfig, ini)
	c.write(".devenv.yaml", "include: ["+sample.AlembicConfig+"]\n")
	result := c.must(c.newMigration(dry))
	if !strings.Contains(string(result.File), "colour") || c.baseRows(result.Document.Base.Image, "items") == 0 {
		t.Errorf("%s", result.File)
	}
	c.nothingLeft()
}
