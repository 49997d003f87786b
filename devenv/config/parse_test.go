package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/tools/txtar"

	"devenv/devenv/report"
)

func checkIDs() []string { return []string{"data.lost", "locks.blocking"} }

func parse(t *testing.T, text string) *Config {
	t.Helper()
	c, err := Parse([]byte(text), "/repo/.devenv.yaml", ".", Known{Checks: checkIDs(), Tools: []string{"alembic"}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const everyKey = `
base: develop
compose: {files: [app/docker-compose.yml], project_directory: app, profiles: [dev]}
database: {service: postgres}
backend:
  service: backend
  needs: [redis]
  ready: {log: "Serving on", timeout: 120s}
migrations:
  tool: alembic
  service: backend
  config: app/backend/alembic.ini
  python: /app/.venv/bin/python
  workdir: /app
  env: {PYTHONPATH: src, DEBUG: 1, VERSION: 3.10}
  per_branch: many
seed: {startup: true, settle: 5s}
prepare: ["./generate_protos.sh"]
include: [".env"]
format: ["ruff format"]
base_inputs: {include: ["content/**/*.md"], exclude: [frontend]}
mounts: {keep: [/dev/fuse]}
checks: {locks.blocking: fail, data.lost: off}
`

func everyValue() *Config {
	yes := true
	return &Config{
		Base:     "develop",
		Compose:  Compose{Files: []string{"app/docker-compose.yml"}, ProjectDirectory: "app", Profiles: []string{"dev"}},
		Database: Database{Service: "postgres"},
		Backend: Backend{
			Service: "backend", Needs: []string{"redis"},
			Ready: Ready{Log: "Serving on", Timeout: 120 * time.Second},
		},
		Migrations: Migrations{
			Tool: "alembic", Service: "backend", Config: "app/backend/alembic.ini", Python: "/app/.venv/bin/python", Workdir: "/app",
			Env: map[string]string{"PYTHONPATH": "src", "DEBUG": "1", "VERSION": "3.10"}, PerBranch: PerBranchMany,
		},
		Seed:    Seed{Startup: &yes, Settle: 5 * time.Second},
		Prepare: []string{"./generate_protos.sh"}, Include: []string{".env"}, Format: []string{"ruff format"},
		BaseInputs: BaseInputs{Include: []string{"content/**/*.md"}, Exclude: []string{"frontend"}},
		Mounts:     Mounts{Keep: []string{"/dev/fuse"}},
		Checks:     map[string]Severity{"locks.blocking": SeverityFail, "data.lost": SeverityOff},
		File:       "/repo/.devenv.yaml", Dir: ".",
	}
}

func TestEveryKeyIsRead(t *testing.T) {
	if diff := cmp.Diff(everyValue(), parse(t, everyKey), cmpopts.IgnoreUnexported(Config{})); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	for _, seed := range []Seed{everyValue().Seed, {Run: "python seed.py"}, {SQL: []string{"a.sql", "b.sql"}}, {Dump: "dump.sql"}} {
		want := everyValue()
		want.Seed = seed
		text, err := yaml.MarshalWithOptions(want, yaml.OmitEmpty())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, parse(t, string(text)), cmpopts.IgnoreUnexported(Config{})); diff != "" {
			t.Errorf("%s\n%s", text, diff)
		}
	}
}

func TestAnEmptyListIsNotAnAbsentOne(t *testing.T) {
	c := parse(t, "backend: {needs: []}\nformat: []\n")
	if c.Backend.Needs == nil || c.Format == nil || c.Prepare != nil {
		t.Errorf("needs %#v, format %#v, prepare %#v", c.Backend.Needs, c.Format, c.Prepare)
	}
}

func TestEmptyFilesAndEmptySectionsAreRead(t *testing.T) {
	for _, text := range []string{
		"", "# nothing\n", "database:\n", "---\n", "\ufeffbase: develop\r\n",
		"database:\n  # service: x\nchecks:\n",
	} {
		parse(t, text)
	}
}

func TestAliasesAreFollowed(t *testing.T) {
	c := parse(t, "backend: {service: &s web}\nmigrations: {service: *s}\n")
	if c.Migrations.Service != "web" {
		t.Errorf("service is %q", c.Migrations.Service)
	}
}

func TestErrorsNameLineAndColumn(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse(archive.Files[0].Data, "/repo/.devenv.yaml", ".", Known{Checks: checkIDs(), Tools: []string{"alembic"}})
			if err == nil {
				t.Fatal("it was accepted")
			}
			if report.KindOf(err) != report.KindUsage {
				t.Errorf("kind is %v", report.KindOf(err))
			}
			golden(t, file, archive, err.Error()+"\n")
		})
	}
}

// golden compares with the archive's last file; -update writes it.
func golden(t *testing.T, file string, archive *txtar.Archive, got string) {
	t.Helper()
	want := &archive.Files[len(archive.Files)-1]
	if flag.Lookup("update").Value.String() == "true" {
		want.Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(want.Data), got); diff != "" {
		t.Error(diff)
	}
}

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write the expected errors")
	os.Exit(m.Run())
}

func TestProblemPointsAtItsValue(t *testing.T) {
	c, err := Parse([]byte("database:\n  service: pg\n"), "/repo/app/.devenv.yaml", "app", Known{})
	if err != nil {
		t.Fatal(err)
	}
	got := c.Problem("database.service", "", "no service %q", "pg").Error()
	want := "app/.devenv.yaml:2:12: no service \"pg\"\n   2 |   service: pg\n                  ^"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := c.Problem("backend.service", "", "none").Error(); got != "none" {
		t.Errorf("a key that is not written gives %q", got)
	}
}

func TestPathsAreRelativeToTheFilesDirectory(t *testing.T) {
	c, err := Parse([]byte("migrations: {config: ../alembic.ini}"), "/repo/app/.devenv.yaml", "app", Known{})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Path(c.Migrations.Config); got != "alembic.ini" {
		t.Errorf("config is %q", got)
	}
}

func TestNilConfigurationIsEmpty(t *testing.T) {
	var c *Config
	if c.Has("base") || c.Path("a/b") != "a/b" || len(c.Severities()) != 0 {
		t.Error("a nil configuration is not empty")
	}
}

func TestALineIsCompletedByWhatIsWritten(t *testing.T) {
	for written, want := range map[string]string{
		"base: x\n":                         "compose: {profiles: [dev]}",
		"compose:\n  files:\n    - a.yml\n": "compose: {files: [a.yml], profiles: [dev]}",
		"compose: {files: [a.yml], profiles: [full, b]}\n": "compose: {files: [a.yml], profiles: [dev]}",
	} {
		c, err := Parse([]byte(written), FileName, ".", Known{})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.With("compose: {profiles: [dev]}"); got != want {
			t.Errorf("%q: %q, want %q", written, got, want)
		}
	}
}
