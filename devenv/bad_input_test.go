package devenv_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"devenv/devenv"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

const (
	composeFile = "docker-compose.yml"
	appFile     = "backend/src/toolshed/app.py"
	envFile     = "backend/src/toolshed/migrations/env.py"
)

// badInput is a fault in a project, and how new-migration must report it.
type badInput struct {
	name   string
	breaks func(c checkout, o *devenv.NewMigrationOptions)
	kind   report.Kind
	// says are texts that the message, the hint or the output must contain.
	says []string
}

// TestBadInputIsNamedAndChangesNothing covers faults found before anything is started.
func TestBadInputIsNamedAndChangesNothing(t *testing.T) {
	t.Parallel()
	onBoth := func(path, content string) func(checkout, *devenv.NewMigrationOptions) {
		return func(c checkout, _ *devenv.NewMigrationOptions) { c.write(path, content) }
	}
	replace := func(path, old, new string) func(checkout, *devenv.NewMigrationOptions) {
		return func(c checkout, _ *devenv.NewMigrationOptions) { c.replace(path, old, new) }
	}
	runBadInputs(t, []badInput{
		{
			"not a git repository", func(c checkout, o *devenv.NewMigrationOptions) { o.Dir = t.TempDir() }, report.KindUsage,
			[]string{"not in a git repository"},
		},
		{
			"no compose file", func(c checkout, _ *devenv.NewMigrationOptions) { c.remove(composeFile) }, report.KindUsage,
			[]string{"find the Compose file", "compose: {files:"},
		},
		{
			"two compose files", onBoth("compose.yaml", "services: {}\n"), report.KindUsage,
			[]string{"compose.yaml", composeFile, "compose: {files: ["},
		},
		{"a compose file that does not parse", replace(composeFile, "services:", "services: ["), report.KindUsage, []string{composeFile}},
		{
			"no database service", replace(composeFile, "image: postgres:17\n    env_file: postgres.dev.env", "image: debian:trixie-slim"),
			report.KindUsage,
			[]string{"database: {service:"},
		},
		{
			"several database services", replace(composeFile, "  backend:\n",
				"  other:\n    image: postgres:17\n\n  backend:\n    environment: "+
					"[\"SPARE_DATABASE_URL=postgresql://a:b@other/c\"]\n"), report.KindUsage,
			[]string{"other", "postgres", "database: {service:"},
		},
		{
			"engine not reachable",
			func(_ checkout, o *devenv.NewMigrationOptions) { o.Host = "unix:///nonexistent.sock" }, report.KindWork,
			[]string{"unix:///nonexistent.sock", "DOCKER_HOST"},
		},
		{
			"base branch unknown", func(_ checkout, o *devenv.NewMigrationOptions) { o.Base = "nowhere" }, report.KindUsage,
			[]string{"nowhere", sample.BaseBranch},
		},
		{
			"alembic.ini missing", func(c checkout, _ *devenv.NewMigrationOptions) { c.remove(sample.AlembicConfig) }, report.KindUsage,
			[]string{"alembic"},
		},
		{"two alembic.ini with scripts of their own", func(c checkout, _ *devenv.NewMigrationOptions) {
			c.write("backend/billing/alembic.ini", "[alembic]\nscript_location = %(here)s/migrations\n")
			c.write("backend/billing/migrations/env.py", "from alembic import context\n")
		}, report.KindUsage, []string{sample.AlembicConfig, "backend/billing/alembic.ini", "migrations: {config:"}},
		{
			"a script_location that does not exist", replace(sample.AlembicConfig, "src/toolshed/migrations", "src/toolshed/nowhere"),
			report.KindUsage,
			[]string{"script_location", "nowhere", sample.AlembicConfig},
		},
		{"an empty message", func(_ checkout, o *devenv.NewMigrationOptions) { o.Message = "  " }, report.KindUsage, []string{"empty"}},
		{
			"a message with control characters",
			func(_ checkout, o *devenv.NewMigrationOptions) { o.Message = "Add\x1bbadges" }, report.KindUsage,
			[]string{"control character"},
		},
		{
			"an unknown check", func(_ checkout, o *devenv.NewMigrationOptions) { o.Skip = []string{"no.such"} }, report.KindUsage,
			[]string{"no.such", "apply.seeded"},
		},
		{"a Compose file that the base lacks", func(c checkout, _ *devenv.NewMigrationOptions) {
			c.write("extra/compose.yaml", "services: {extra: {image: debian:trixie-slim}}\n")
			c.write(".devenv.yaml", "compose: {files: ["+composeFile+", extra/compose.yaml]}\n")
		}, report.KindUsage, []string{"does not have extra/compose.yaml", "include: [extra/compose.yaml]"}},
		{
			"an unknown key", onBoth(".devenv.yaml", "datbase: {service: postgres}\n"), report.KindUsage,
			[]string{".devenv.yaml:1", "datbase"},
		},
	})
}

// TestAFailingProjectIsNamedAndChangesNothing covers faults that only show when the project's own code runs.
func TestAFailingProjectIsNamedAndChangesNothing(t *testing.T) {
	t.Parallel()
	onBase := func(path, old, new string) func(checkout, *devenv.NewMigrationOptions) {
		return func(c checkout, _ *devenv.NewMigrationOptions) {
			c.git("stash", "-q")
			c.git("checkout", "-q", sample.BaseBranch)
			c.replace(path, old, new)
			c.git("commit", "-qam", "Break it")
			c.git("checkout", "-qb", "feature/on-broken-base")
		}
	}
	runBadInputs(t, []badInput{
		{
			"an image that cannot be pulled", onBase(composeFile, "image: postgres:17", "image: localhost:1/postgres:17"), report.KindWork,
			[]string{"localhost:1/postgres:17", "docker pull"},
		},
		{
			"an image that cannot be built", onBase("backend/Dockerfile", "COPY . .", "RUN echo the-build-says-why >&2 && false\nCOPY . ."),
			report.KindWork,
			[]string{"build backend", "the-build-says-why", "Running in"},
		},
		{"a seed command that fails", func(c checkout, _ *devenv.NewMigrationOptions) {
			c.write(".devenv.yaml", "seed: {run: \"echo the-seed-says-why >&2; exit 7\"}\n")
		}, report.KindWork, []string{"seed the base", "the-seed-says-why", "7"}},
		{
			"a backend that exits", onBase("backend/src/toolshed/__main__.py", "main()", "raise SystemExit('the-backend-says-why')"),
			report.KindWork,
			[]string{"start backend", "exited with status 1", "the-backend-says-why"},
		},
		{"a backend that is never ready", func(c checkout, o *devenv.NewMigrationOptions) {
			onBase(composeFile, "http://127.0.0.1:8080/health", "http://127.0.0.1:8080/nowhere")(c, o)
			c.write(".devenv.yaml", "backend: {ready: {timeout: 15s}}\n")
		}, report.KindWork, []string{"not ready within 15s", "healthcheck", "404"}},
		{"an env.py that raises", onBase(envFile, "from alembic import context",
			"from alembic import context\nraise RuntimeError('env-says-why')"), report.KindWork, []string{"env-says-why"}},
		{"a package that the image lacks", func(c checkout, o *devenv.NewMigrationOptions) {
			onBase(envFile, "from alembic import context", "from alembic import context\nimport not_in_the_image")(c, o)
			c.write(".devenv.yaml", "seed: {run: \"true\"}\n")
		}, report.KindWork, []string{"not_in_the_image", "the service's image lacks it", "prepare:"}},
		{
			"a task that ends badly",
			onBase(composeFile, "services:\n", "services:\n  task:\n    build: ./backend\n    depends_on: [postgres]\n"+
				"    command: sh -c \"echo alembic upgrade head; echo the-task-says-why; exit 3\"\n    restart: \"no\"\n"),
			report.KindWork,
			[]string{"run task: it exited with status 3: the-task-says-why", "docker compose run --rm task"},
		},
		{"a connection that the server ends", func(c checkout, _ *devenv.NewMigrationOptions) {
			c.replace(envFile, "connect() as connection:\n",
				"connect() as connection:\n        connection.exec_driver_sql(\"SELECT pg_terminate_backend(pg_backend_pid())\")\n")
		}, report.KindWork, []string{"terminating connection", "FATAL:  terminating connection", "server's log"}},
		{"a connection that the server ends while the base is made", func(c checkout, o *devenv.NewMigrationOptions) {
			onBase(envFile, "connect() as connection:\n",
				"connect() as connection:\n        connection.exec_driver_sql(\"SELECT pg_terminate_backend(pg_backend_pid())\")\n")(c, o)
			c.write(".devenv.yaml", "seed: {run: \"true\"}\n")
		}, report.KindWork, []string{"run the base's migrations", "FATAL:  terminating connection", "server's log"}},
		{"models that cannot be imported, beside kept revisions", func(c checkout, o *devenv.NewMigrationOptions) {
			c.write(ownPath, strings.ReplaceAll(ownRevision, "41f9a3c8d7e6", sample.BaseHead))
			c.replace(itemModel, "from sqlalchemy import", "raise RuntimeError('the-models-say-why')\nfrom sqlalchemy import")
			o.Mode = devenv.ModeKeep
		}, report.KindWork, []string{"generate the migration", "the-models-say-why"}},
		{"no target_metadata", func(c checkout, _ *devenv.NewMigrationOptions) {
			c.replace(envFile, "target_metadata=Base.metadata", "target_metadata=None")
		}, report.KindUsage, []string{"target_metadata"}},
	})
}

// runBadInputs runs new-migration on a sample with each fault.
func runBadInputs(t *testing.T, inputs []badInput) {
	for _, input := range inputs {
		t.Run(input.name, func(t *testing.T) {
			c := newSample(t)
			o := devenv.NewMigrationOptions{Options: devenv.Options{Dir: c.dir, Listener: logged{t}}, Message: sample.Message}
			input.breaks(c, &o)
			before := c.worktreeState()
			result, err := devenv.NewMigration(t.Context(), o)
			if err == nil {
				t.Fatalf("it was accepted: %+v", result.Document)
			}
			said := err.Error() + "\n" + report.HintOf(err) + "\n" + strings.Join(report.OutputOf(err), "\n")
			if report.KindOf(err) != input.kind {
				t.Errorf("kind %d, want %d: %s", report.KindOf(err), input.kind, said)
			}
			for _, text := range input.says {
				if !strings.Contains(said, text) {
					t.Errorf("it does not say %q:\n%s", text, said)
				}
			}
			for _, match := range regexp.MustCompile(`Running in ([0-9a-f]+)`).FindAllStringSubmatch(said, -1) {
				if _, err := c.engine.Inspect(t.Context(), match[1]); err == nil {
					t.Errorf("the builder's container %s was left behind", match[1])
				}
			}
			if strings.Contains(said, sample.Password) {
				t.Errorf("it shows the password:\n%s", said)
			}
			if after := c.worktreeState(); after != before {
				t.Errorf("it changed:\n%s\nwas\n%s", after, before)
			}
			if result.Document.Error == nil || result.Document.Verdict != report.VerdictNone {
				t.Errorf("document: verdict %s, error %v", result.Document.Verdict, result.Document.Error)
			}
			c.nothingLeft()
		})
	}
}

func TestAnUnwritableRevisionDirectoryChangesNothing(t *testing.T) {
	c := newSample(t)
	dir := filepath.Join(c.dir, sample.VersionsDir)
	makeUnwritable(t, dir)
	before := c.worktreeState()
	result, err := c.newMigration(func(o *devenv.NewMigrationOptions) { o.NoVerify = true })
	if err == nil || report.KindOf(err) != report.KindWork || !strings.Contains(err.Error(), sample.VersionsDir) {
		t.Errorf("%v", err)
	}
	if steps := result.Document.Steps; len(steps) != 1 || steps[0].Name != "check" {
		t.Errorf("it was noticed only after %+v", steps)
	}
	if after := c.worktreeState(); after != before {
		t.Errorf("it changed:\n%s\nwas\n%s", after, before)
	}
	c.nothingLeft()
}

// makeUnwritable makes a directory reject new files, even for root: by its mode, or by a read-only mount of it over
// itself.
func makeUnwritable(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		if err := os.Chmod(dir, 0o555); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(dir, 0o755) }) // so that the temporary directory can be removed
		return
	}
	if err := syscall.Mount(dir, dir, "", syscall.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	if err := syscall.Mount(dir, dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
}

// remove removes a file of the checkout.
func (c checkout) remove(path string) {
	c.Helper()
	if err := os.Remove(filepath.Join(c.dir, path)); err != nil {
		c.Fatal(err)
	}
}

func TestAShallowCloneWithoutTheBaseSuggestsFetch(t *testing.T) {
	c := newSample(t)
	clone := checkout{T: t, dir: filepath.Join(t.TempDir(), "shallow"), engine: c.engine}
	c.git("symbolic-ref", "HEAD", "refs/heads/"+sample.BaseBranch)
	c.git("clone", "-q", "--depth=1", "--branch="+sample.FeatureBranch, "file://"+c.dir, clone.dir)
	_, err := clone.newMigration(nil)
	if err == nil || !strings.Contains(report.HintOf(err), "git fetch") {
		t.Errorf("%v\n%s", err, report.HintOf(err))
	}
	clone.nothingLeft()
}
