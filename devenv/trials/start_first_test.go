package trials

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv/report"
)

func TestCodeThatCreatesTablesIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, content, want string }{
		"a start":         {"app/main.py", "Base.metadata.create_all(engine)", "app/main.py"},
		"an async start":  {"app/main.py", "await c.run_sync(Base.metadata.create_all)", "app/main.py"},
		"one by one":      {"app/main.py", "table.create(engine, checkfirst=True)", "app/main.py"},
		"one table":       {"app/main.py", "Badge.__table__.create(engine)", "app/main.py"},
		"SQL":             {"app/main.py", `c.execute("create table if not exists badges ()")`, "app/main.py"},
		"a file of SQL":   {"app/schema.sql", "CREATE TABLE badges ();", "app/schema.sql"},
		"a revision":      {"versions/0001_a.py", `op.execute("CREATE TABLE badges ()")`, ""},
		"a test":          {"app/test_main.py", "Base.metadata.create_all(engine)", ""},
		"fixtures":        {"conftest.py", "metadata.create_all(engine)", ""},
		"a tests' folder": {"tests/setup.py", "metadata.create_all(engine)", ""},
		"a package":       {"venv/lib/x.py", "metadata.create_all(engine)", ""},
		"other code":      {"app/main.py", "create_all_badges()", ""},
		"a text":          {"README.md", "metadata.create_all(engine)", ""},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, c.file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := createsTables(dir, func(file string) bool { return strings.HasPrefix(file, "versions/") }); err != nil || got != c.want {
			t.Errorf("%s: %q %v, want %q", name, got, err, c.want)
		}
	}
}

func TestABackendsOwnUpgradeThatFailsIsTold(t *testing.T) {
	t.Parallel()
	said := report.Fail(report.KindWork, "", "it exited with status 1").WithOutput([]string{
		`psycopg.errors.DuplicateTable: relation "badges" already exists`,
	})
	if f := ownUpgradeFails(said); f == nil || f.Message != `relation "badges" already exists` || !alreadyThere(f) {
		t.Errorf("it is %v", f)
	}
	if f := ownUpgradeFails(report.Fail(report.KindWork, "", "relation \"badges\" does not exist")); f != nil {
		t.Errorf("it is %v", f)
	}
}
