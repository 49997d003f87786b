package report_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv/report"
)

// repository returns a directory in a repository with two files.
func repository(t *testing.T) (below string) {
	t.Helper()
	root := t.TempDir()
	for _, file := range []string{".git/HEAD", "compose.yaml", "backend/migrations/1_items.py", "backend/app/__init__.py"} {
		path := filepath.Join(root, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(root, "backend")
}

func TestFilesAreNamedFromWhereTheUserStands(t *testing.T) {
	t.Parallel()
	below := repository(t)
	for text, want := range map[string]string{
		"fix backend/migrations/1_items.py, then":         "fix migrations/1_items.py, then",
		"(backend/migrations/1_items.py:3)":               "(migrations/1_items.py:3)",
		"removed backend/migrations/0_gone.py.":           "removed migrations/0_gone.py.",
		"in `compose.yaml`":                               "in `../compose.yaml`",
		"the backend backend, in /app/backend/x.py":       "the backend backend, in /app/backend/x.py",
		"compose: {files: [compose.yaml]} and nowhere.py": "compose: {files: [compose.yaml]} and nowhere.py",
	} {
		if got := report.Here(below).Text(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
		if got := report.Here(filepath.Dir(below)).Text(text); got != text {
			t.Errorf("at the top, %q is shown as %q", text, got)
		}
	}
	if place := report.Here(t.TempDir()); place != (report.Place{}) {
		t.Errorf("outside of a repository there is a place: %+v", place)
	}
}

func TestReportsNameFilesFromWhereUsersStand(t *testing.T) {
	t.Parallel()
	d := faulty()
	for i := range d.Files {
		d.Files[i].Path = "backend/" + d.Files[i].Path
	}
	for i := range d.Checks {
		for j := range d.Checks[i].Evidence {
			if e := &d.Checks[i].Evidence[j]; e.File != "" {
				e.File = "backend/" + e.File
			}
		}
	}
	got := text(t, d, report.TextOptions{Place: report.Here(repository(t))})
	for _, want := range []string{"added    migrations/versions/9f2c", "where      migrations/versions/9f2c"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}
