package trials

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCodeThatCreatesTablesIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, content, want string }{
		"a start":         {"app/main.py", "Base.metadata.create_all(engine)", "app/main.py"},
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
		if got, err := createsTables(dir); err != nil || got != c.want {
			t.Errorf("%s: %q %v, want %q", name, got, err, c.want)
		}
	}
}
