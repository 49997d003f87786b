package devenv_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"devenv/devenv"
	"devenv/devenv/report"
)

// hostFormatter puts a program on this machine's PATH that appends a line to the files it gets and records its
// arguments, and returns where.
func hostFormatter(t *testing.T, name string) (arguments string) {
	t.Helper()
	dir := t.TempDir()
	arguments = filepath.Join(dir, "arguments")
	script := "#!/bin/sh\n[ \"$1\" = --version ] && { echo \"" + name + ", 1.2.3\"; exit; }\necho \"$@\" >> " + arguments + "\nfor last; " +
		"do :; done\necho '# by " + name + "' >> \"$last\"\n"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return arguments
}

func TestFormattersRunInTheServiceOrOnHost(t *testing.T) {
	c := newSample(t)
	arguments := hostFormatter(t, "only-here")
	c.write(".devenv.yaml", `format: ["sh -c 'echo \"# in the service\" >> \"$0\"'", "nowhere-at-all --fix", "only-here --fast"]`+"\n")
	before := c.git("status", "--porcelain", "--untracked-files=all")
	result := c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { o.NoVerify = true }))
	if text := string(result.File); !strings.HasSuffix(text, "# in the service\n# by only-here\n") {
		t.Errorf("the file:\n%s", text)
	}
	if !slices.ContainsFunc(result.Document.Notes, func(n string) bool {
		return strings.Contains(n, "nowhere-at-all is neither in service backend nor on this machine")
	}) {
		t.Errorf("notes: %q", result.Document.Notes)
	}
	given, err := os.ReadFile(arguments)
	if words := strings.Fields(string(given)); err != nil || len(words) != 2 || words[0] != "--fast" ||
		filepath.Base(words[1]) != filepath.Base(result.Document.Files[0].Path) {
		t.Errorf("the formatter got %q: %v", given, err)
	}
	path := result.Document.Files[0].Path
	if after := c.git("status", "--porcelain", "--untracked-files=all"); after != before+"?? "+path+"\n" {
		t.Errorf("more than the new file changed:\n%s", after)
	}
	if c.read(path) != string(result.File) {
		t.Error("the file in the tree is not the formatted one")
	}
}

func TestTheProjectsFormattersKeepTheirOptions(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.replace("backend/pyproject.toml", "line-length = 100", "line-length = 60\nskip-string-normalization = true")
	result := c.must(c.newMigration(dry))
	for line := range strings.Lines(string(result.File)) {
		if len(strings.TrimRight(line, "\n")) > 60 && strings.HasPrefix(line, "    op.") {
			t.Errorf("a line is longer than the project's black allows: %s", line)
		}
	}
	if !strings.Contains(string(result.File), "'items'") {
		t.Errorf("the project's black leaves quotes as they are:\n%s", result.File)
	}
	if !foundIs(result.Document, "formatter", "black") || !foundIs(result.Document, "formatter", "isort") {
		t.Errorf("found: %v", result.Document.Steps[0].Found)
	}
}

func TestAFormatterGetsAConfigurationOutsideTheService(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.replace("backend/pyproject.toml", "[tool.black]\nline-length = 100\n", "")
	c.write("pyproject.toml", "[tool.black]\nline-length = 100\nskip-string-normalization = true\n")
	result := c.must(c.newMigration(dry))
	if !strings.Contains(string(result.File), "'items'") {
		t.Errorf("black did not read the repository's pyproject.toml:\n%s", result.File)
	}
}

func TestAHostFormatterOfAnotherVersionIsNoted(t *testing.T) {
	c := newSample(t)
	hostFormatter(t, "only-here")
	c.write(".devenv.yaml", "format: [only-here]\n")
	c.write("backend/requirements-dev.txt", "pytest==8.0\nonly-here==1.2.4  # as in CI\n")
	result := c.must(c.newMigration(dry))
	want := `the file is formatted by this machine's "only-here, 1.2.3"; the project pins only-here 1.2.4`
	if !slices.Contains(result.Document.Notes, want) {
		t.Errorf("notes: %q", result.Document.Notes)
	}
}

func TestAFailingFormatterWritesNothing(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.write(".devenv.yaml", `format: ["sh -c 'echo no such rule; exit 7'"]`+"\n")
	before := c.worktreeState()
	_, err := c.newMigration(func(o *devenv.NewMigrationOptions) { o.NoVerify = true })
	if err == nil || !strings.Contains(err.Error(), "exited with status 7") || !strings.Contains(report.HintOf(err), ".devenv.yaml") ||
		!slices.Contains(report.OutputOf(err), "no such rule") {
		t.Errorf("%v\n%s\n%q", err, report.HintOf(err), report.OutputOf(err))
	}
	if after := c.worktreeState(); after != before {
		t.Errorf("it changed:\n%s\nwas\n%s", after, before)
	}
}
