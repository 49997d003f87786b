package project

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv/report"
)

// TestTheComposeFileIsFoundOrAQuestion lists a repository's files and the expected result.
func TestTheComposeFileIsFoundOrAQuestion(t *testing.T) {
	for _, c := range []struct {
		name  string
		files string
		from  string
		want  string // the project directory, and the files if Compose's own search does not find them
		asks  string // texts of the question, separated by |
	}{
		{name: "at the root", files: "docker-compose.yml backend/app.py", want: "."},
		{name: "from a directory below", files: "docker-compose.yml backend/app.py", from: "backend", want: "."},
		{name: "at the root, decoys below", files: "compose.yaml deploy/docker-compose.yml tests/compose.yml", want: "."},
		{name: "in a sub-directory, with its override", files: "app/docker-compose.yml app/docker-compose.override.yml README.md", want: "app"},
		{name: "decoys in other directories", files: "app/docker-compose.yml deploy/docker-compose.yml tests/docker-compose.yml " +
			"docker/ha/compose.yaml", want: "app"},
		{
			name: "an unusual name", files: "docker-compose.dev.yml docker-compose.prod.yml docker-compose.test.yml",
			want: ". docker-compose.dev.yml",
		},
		{
			name: "an unusual name below the root", files: "docker/compose-local.yaml docker/compose-ci.yaml",
			want: "docker docker/compose-local.yaml",
		},
		{
			name: "two names at the root", files: "compose.yaml docker-compose.yml",
			asks: "compose.yaml, docker-compose.yml|compose: {files: [docker-compose.yml]}",
		},
		{
			name: "two projects", files: "shop/docker-compose.yml billing/docker-compose.yml",
			asks: "{files: [billing/docker-compose.yml]}|{files: [shop/docker-compose.yml]}",
		},
		{
			name: "two unusual names", files: "docker-compose.dev.yml docker-compose.local.yml",
			asks: "docker-compose.dev.yml|docker-compose.local.yml",
		},
		{
			name: "decoys alone", files: "deploy/docker-compose.yml docker-compose.test.yml",
			asks: "not for development|{files: [deploy/docker-compose.yml]}",
		},
		{
			name: "lines are relative to the configuration", files: "app/.devenv.yaml app/docker-compose.dev.yml app/docker-compose.local.yml",
			from: "app", asks: "compose: {files: [docker-compose.dev.yml]}",
		},
		{
			name: "nothing", files: "README.md node_modules/x/docker-compose.yml .github/docker-compose.yml composer.json",
			asks: "path/to/compose.yaml",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			for _, f := range strings.Fields(c.files) {
				writeEmpty(t, filepath.Join(root, f))
			}
			dir, files, err := findComposeFiles(filepath.Join(root, c.from), root)
			if c.asks != "" {
				asked(t, err, strings.Split(c.asks, "|"))
				return
			}
			got := strings.TrimSpace(strings.Join(append([]string{InRepository(root, dir)}, relativeTo(root, files)...), " "))
			if err != nil || got != c.want {
				t.Errorf("found %q, want %q: %v", got, c.want, err)
			}
		})
	}
}

// asked fails the test unless the error is a question that contains all the texts.
func asked(t *testing.T, err error, texts []string) {
	t.Helper()
	if err == nil || report.KindOf(err) != report.KindUsage {
		t.Fatalf("not a question: %v", err)
	}
	for _, text := range texts {
		if message := err.Error() + "\n" + report.HintOf(err); !strings.Contains(message, text) {
			t.Errorf("%q is missing in:\n%s", text, message)
		}
	}
}

func relativeTo(root string, files []string) []string {
	var out []string
	for _, f := range files {
		out = append(out, InRepository(root, f))
	}
	return out
}

func writeEmpty(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}
