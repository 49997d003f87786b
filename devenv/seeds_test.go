package devenv_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"devenv/compose/engine"
	"devenv/devenv"
	"devenv/devenv/database"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// categories is the content of a base that is seeded with one row.
const categories = "INSERT INTO categories (name) VALUES ('From the seed');\n"

// baseRows counts the rows of a table in the base's image.
func (c checkout) baseRows(image, table string) int {
	c.Helper()
	rows, err := strconv.Atoi(c.baseValue(image, "SELECT count(*)::text FROM "+table))
	if err != nil {
		c.Fatal(err)
	}
	return rows
}

// baseValue asks a base's image for one text.
func (c checkout) baseValue(image, query string) string {
	c.Helper()
	connection, err := c.cloneOf(image).Connect(c.Context())
	if err != nil {
		c.Fatal(err)
	}
	defer connection.Close(c.Context()) //nolint:errcheck // only read from
	var value string
	if err := connection.QueryRow(c.Context(), query).Scan(&value); err != nil {
		c.Fatal(err)
	}
	return value
}

// cloneOf starts a server from a base's image, for the duration of the test.
func (c checkout) cloneOf(image string) *database.Server {
	c.Helper()
	found, ok, err := database.Lookup(c.Context(), c.engine, strings.TrimPrefix(image, "devenv/base:"))
	if err != nil || !ok {
		c.Fatalf("%s: %v %v", image, ok, err)
	}
	settings := found.Meta.Settings
	settings.Password = sample.Password
	server, err := database.NewCloner(c.engine).Clone(c.Context(),
		database.CloneOptions{Image: found, Settings: settings, Labels: map[string]string{"dev.devenv.test": "seeds"}})
	if err != nil {
		c.Fatal(err)
	}
	c.Cleanup(func() {
		if err := server.Remove(context.WithoutCancel(c.Context())); err != nil {
			c.Error(err)
		}
	})
	return server
}

// dry makes the base and the file, and runs no checks.
func dry(o *devenv.NewMigrationOptions) { o.DryRun, o.NoVerify = true, true }

func TestTheBackendsStartSeedsTheBase(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	result := c.must(c.newMigration(dry))
	if rows := c.baseRows(result.Document.Base.Image, "items"); rows == 0 {
		t.Error("the base has no items")
	}
	image, _, err := c.engine.ImageInspect(t.Context(), result.Document.Base.Image)
	if err != nil {
		t.Fatal(err)
	}
	for label, value := range image.Labels {
		if value != "" && (strings.HasPrefix(label, "com.docker.compose.") || strings.HasPrefix(label,
			"org.testcontainers") || label == "dev.devenv.run" || label == "dev.devenv.worktree") {
			t.Errorf("the base has %s=%s: a sweep would remove it", label, value)
		}
		if strings.Contains(value, sample.Password) {
			t.Errorf("the label %s contains the password", label)
		}
	}
}

func TestABackendThatRestartsSeedsTheBase(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	const file = "docker-compose.yml"
	service, probe, _ := strings.Cut(c.read(file), "    healthcheck:\n      test:\n")
	if probe == "" {
		t.Fatal("the sample's backend no longer has a healthcheck")
	}
	c.write(file, service+`    restart: unless-stopped
    command: ["sh", "-c", "echo >> /tmp/starts; [ $$(wc -l < /tmp/starts) -gt 2 ] || exit 2; python3 -m http.server 9100 & sleep 2; exec python3 -m toolshed"]
`)
	c.git("commit", "-qam", "A backend that is restarted until it stays")
	result := c.must(c.newMigration(dry))
	if rows := c.baseRows(result.Document.Base.Image, "items"); rows == 0 {
		t.Error("the base has no items")
	}
}

func TestACommandOrSQLFilesSeedTheBase(t *testing.T) {
	t.Parallel()
	for name, seed := range map[string]string{
		"command": `{run: "python3 -c \"from toolshed import seed; seed.fill_if_empty()\""}`,
		"sql":     "{sql: [seed.sql]}",
	} {
		t.Run(name, func(t *testing.T) {
			c := newSample(t)
			c.write("seed.sql", categories)
			c.write(".devenv.yaml", "seed: "+seed+"\n")
			result := c.must(c.newMigration(dry))
			items, rows := c.baseRows(result.Document.Base.Image, "items"), c.baseRows(result.Document.Base.Image, "categories")
			if want := name == "command"; (items > 0) != want || rows == 0 {
				t.Errorf("%d items, %d categories", items, rows)
			}
		})
	}
}

func TestABaseWithoutRowsIsNoted(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.write(".devenv.yaml", "seed: {run: \"true\"}\n")
	result := c.must(c.newMigration(only("apply.seeded", "data.lost")))
	if seeded := statuses(result)["apply.seeded"].Status; !saysNoRows(result) || seeded != report.StatusPass {
		t.Errorf("apply.seeded %s, notes %q", seeded, result.Document.Notes)
	}
}

func saysNoRows(result *devenv.Result) bool {
	return slices.ContainsFunc(result.Document.Notes, func(n string) bool {
		return strings.Contains(n, "the base has no rows") && strings.Contains(n, "seed:")
	})
}

func TestADumpSeedsABaseWhoseHistoryFails(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	server := c.cloneOf(c.must(c.newMigration(dry)).Document.Base.Image)
	var dump bytes.Buffer
	if code, err := c.engine.Exec(t.Context(), server.ID,
		engine.ExecOptions{Cmd: []string{"pg_dump", "-U", "postgres", "-Fc", "postgres"}, Stdout: &dump}); err != nil || code != 0 {
		t.Fatalf("pg_dump: %d %v", code, err)
	}
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	first := c.firstRevision()
	c.replace(first, "def upgrade():\n", "def upgrade():\n    op.execute(\"SELECT 1 / 0\")\n")
	c.git("commit", "-qam", "A history that fails from empty")
	c.git("checkout", "-qb", "feature/on-a-dump")
	c.replace(itemModel, "    notes: Mapped", "    colour: Mapped[str | None] = mapped_column(Text)\n    notes: Mapped")
	c.write("base.dump", dump.String())
	c.write(".devenv.yaml", "seed: {dump: base.dump}\n")
	// The run that makes the base does not run apply.scratch: the base's content does not depend on it.
	c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { o.DryRun, o.Only = true, []string{"history.single"} }))
	result := c.must(c.newMigration(nil))
	if !result.Document.Base.Cached {
		t.Error("the base was made again")
	}
	if rows := c.baseRows(result.Document.Base.Image, "items"); rows == 0 {
		t.Error("the base has no items")
	}
	scratch := statuses(result)["apply.scratch"]
	if scratch.Status != report.StatusSkip || len(scratch.Evidence) != 1 || scratch.Evidence[0].SQLState != "22012" {
		t.Errorf("apply.scratch: %+v", scratch)
	}
	if result.Document.Verdict != report.VerdictPass || saysNoRows(result) {
		t.Errorf("verdict %s, notes %q: %+v", result.Document.Verdict, result.Document.Notes, result.Document.Checks)
	}
}

// firstRevision returns the path of the history's root.
func (c checkout) firstRevision() string {
	c.Helper()
	for _, name := range c.revisions() {
		path := filepath.ToSlash(filepath.Join(sample.VersionsDir, name))
		if strings.Contains(c.read(path), "down_revision = None") {
			return path
		}
	}
	c.Fatal("the sample has no first revision")
	return ""
}

func TestTwoWorktreesRunAtTheSameTime(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	linked := filepath.Join(t.TempDir(), "second")
	c.git("worktree", "add", "-q", "-b", "feature/second", linked, sample.FeatureBranch)
	errs := make(chan error, 2)
	for _, dir := range []string{c.dir, linked} {
		go func() {
			_, err := c.newMigration(func(o *devenv.NewMigrationOptions) { o.Dir = dir })
			errs <- err
		}()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	for _, dir := range []string{c.dir, linked} {
		there := c
		there.dir = dir
		if files := there.revisions(); len(files) != sample.Revisions+1 {
			t.Errorf("%s: %v", dir, files)
		}
		there.nothingLeft()
	}
}

func TestCleanRemovesOnlyAKilledRunsLeftovers(t *testing.T) {
	c := newSample(t)
	if code, _ := c.run("generate", "KILL"); code != -1 || len(c.leftovers()) == 0 {
		t.Fatalf("the killed run ended with %d and left %v", code, c.leftovers())
	}
	live := project.IdentityOf(c.dir)
	live.RunID = "0a1b2c3d"
	network, err := c.engine.CreateNetwork(t.Context(), live.Name("live"), live.Labels())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := devenv.Clean(t.Context(), devenv.CleanOptions{}); err != nil {
		t.Fatal(err)
	}
	if left := c.leftovers(); !slices.Equal(left, []string{"network " + network}) {
		t.Errorf("a killed run and a running one have left: %v", left)
	}
	if err := c.engine.RemoveNetwork(t.Context(), network); err != nil {
		t.Fatal(err)
	}
}

// TestAStuckLeftoverIsOnlyNoted has somebody else's container mount a volume that a run has left.
func TestAStuckLeftoverIsOnlyNoted(t *testing.T) {
	c := newSample(t)
	over := project.IdentityOf(c.dir)
	over.RunID = "0a1b2c3d"
	volume := over.Name("left")
	if err := c.engine.CreateVolume(t.Context(), volume, over.Labels()); err != nil {
		t.Fatal(err)
	}
	others, err := c.engine.CreateHolder(t.Context(), "postgres:17", volume, "/held", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(c.engine.Remove(context.WithoutCancel(t.Context()), others),
			c.engine.RemoveVolume(context.WithoutCancel(t.Context()), volume)); err != nil {
			t.Error(err)
		}
	})
	var said string
	notes := noteFunc(func(note string) { said += note + "\n" })
	if _, err := devenv.Down(t.Context(), devenv.DownOptions{Options: devenv.Options{Dir: c.dir, Listener: notes}}); err != nil {
		t.Fatalf("the command failed: %v", err)
	}
	if !strings.Contains(said, "remove volume "+volume) || !strings.Contains(said, "devenv clean") {
		t.Errorf("it noted %q", said)
	}
	if left := c.leftovers(); !slices.Equal(left, []string{"volume " + volume}) {
		t.Errorf("left: %v", left)
	}
}
