package faults

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"devenv/devenv/report"
)

const (
	versionsDir = "app/depot/migrations/versions"
	modelsFile  = "app/depot/models.py"
	// baseHead is the newest revision of the project; a branch may start before its file.
	baseHead     = "b0a500000002"
	baseHeadFile = versionsDir + "/b0a500000002_tags.py"
	// ownID is the id of a case's only revision.
	ownID = "c0de00000001"
)

// projects makes branches of the project, all in one repository, in which each base is a branch with two commits.
type projects struct {
	binary, repo, cache string

	mu    sync.Mutex
	bases map[string]*sync.Once
}

// newProjects builds the command and creates the repository, still empty.
func newProjects(t *testing.T) *projects {
	t.Helper()
	p := &projects{
		binary: filepath.Join(t.TempDir(), "devenv"), repo: filepath.Join(t.TempDir(), "depot"), cache: t.TempDir(),
		bases: map[string]*sync.Once{},
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", p.binary, "devenv/cmd/devenv").CombinedOutput(); err != nil {
		t.Fatalf("build the command: %v\n%s", err, out)
	}
	if err := os.MkdirAll(p.repo, 0o755); err != nil {
		t.Fatal(err)
	}
	git(t, p.repo, "init", "-q", "--template=", "-b", "trunk")
	return p
}

// branch is a working tree in which a case's command runs.
type branch struct {
	*testing.T
	projects *projects
	dir      string
}

// newBranch checks out a case's base and writes the case's changes over it, uncommitted.
func (p *projects) newBranch(t *testing.T, e entry, sql bool) branch {
	t.Helper()
	p.base(t, e.Base)
	b := branch{T: t, projects: p, dir: filepath.Join(t.TempDir(), "depot")}
	p.checkOut(t, b.dir, e.from())
	b.apply(e, sql)
	return b
}

// from returns the commit that a case's branch starts from.
func (e entry) from() string {
	if e.Fork == "start" {
		return baseRef(e.Base) + "~1"
	}
	return baseRef(e.Base)
}

// checkOut creates a working tree of a commit.
func (p *projects) checkOut(t *testing.T, dir, commit string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	git(t, p.repo, "worktree", "add", "-q", "--detach", dir, commit)
}

// base commits a base once and makes devenv create its image, which all its branches share.
func (p *projects) base(t *testing.T, name string) {
	t.Helper()
	p.mu.Lock()
	once, ok := p.bases[name]
	if !ok {
		once = &sync.Once{}
		p.bases[name] = once
	}
	p.mu.Unlock()
	once.Do(func() {
		p.commitBase(t, name)
		b := branch{T: t, projects: p, dir: filepath.Join(t.TempDir(), "depot")}
		p.checkOut(t, b.dir, baseRef(name))
		if status, _, stderr := b.run("test-migration", "--base", baseRef(name), "--only", "history.single"); status != 0 {
			t.Errorf("make the base %q: exit status %d\n%s", name, status, stderr)
		}
	})
}

func (p *projects) commitBase(t *testing.T, name string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	git(t, p.repo, "checkout", "-q", "--orphan", baseRef(name))
	git(t, p.repo, "rm", "-rfq", "--ignore-unmatch", ".")
	copyTree(t, "testdata/project", p.repo)
	if name != "" {
		copyTree(t, filepath.Join("testdata/bases", name), p.repo)
	}
	newest := filepath.Join(p.repo, baseHeadFile)
	content, err := os.ReadFile(newest)
	if err == nil {
		err = os.Remove(newest)
	}
	if err != nil {
		t.Fatal(err)
	}
	git(t, p.repo, "add", "-A")
	git(t, p.repo, "commit", "-qm", "Start")
	write(t, newest, string(content))
	git(t, p.repo, "add", "-A")
	git(t, p.repo, "commit", "-qm", "Tags")
}

// baseRef returns the branch of a base.
func baseRef(name string) string {
	if name == "" {
		return "develop"
	}
	return "develop-" + name
}

// apply writes what a case changes.
func (b branch) apply(e entry, sql bool) {
	b.Helper()
	for _, r := range e.branchRevisions(sql) {
		file := r.File
		if file == "" {
			file = r.ID + "_case.py"
		}
		b.write(filepath.Join(versionsDir, file), r.source())
	}
	for _, path := range e.Remove {
		if err := os.Remove(filepath.Join(b.dir, path)); err != nil {
			b.Fatal(err)
		}
	}
	for from, to := range e.Rename {
		if err := os.Rename(filepath.Join(b.dir, from), filepath.Join(b.dir, to)); err != nil {
			b.Fatal(err)
		}
	}
	for path, content := range e.Files {
		b.write(path, content)
	}
	for _, m := range e.Models {
		b.replace(edit{File: modelsFile, Old: m.Old, New: m.New})
	}
	for _, m := range e.Edits {
		b.replace(m)
	}
}

func (b branch) write(path, content string) {
	b.Helper()
	write(b.T, filepath.Join(b.dir, path), content)
}

func (b branch) replace(m edit) {
	b.Helper()
	path := filepath.Join(b.dir, m.File)
	content, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(content), m.Old) {
		b.Fatalf("%s does not contain %q (%v)", m.File, m.Old, err)
	}
	write(b.T, path, strings.Replace(string(content), m.Old, m.New, 1))
}

// run runs the command in the branch's tree and returns its exit status and what it wrote.
func (b branch) run(args ...string) (status int, stdout, stderr string) {
	b.Helper()
	var out, errs strings.Builder
	c := exec.CommandContext(b.Context(), b.projects.binary, args...)
	c.Dir, c.Stdout, c.Stderr = b.dir, &out, &errs
	c.Env = b.projects.environment()
	if err := c.Run(); err != nil && c.ProcessState == nil {
		b.Fatal(err)
	}
	return c.ProcessState.ExitCode(), out.String(), errs.String()
}

// environment is the command's.
func (p *projects) environment() []string {
	return append(os.Environ(), "DEVENV_CACHE="+p.cache, "DEVENV_PARALLEL_RUNS=-1", "NO_COLOR=1")
}

// written returns the revision that a run wrote, empty if it wrote none.
func (b branch) written(d *report.Document) string {
	b.Helper()
	for _, f := range d.Files {
		if f.Action == report.FileAdded {
			content, err := os.ReadFile(filepath.Join(b.dir, f.Path))
			if err != nil {
				b.Fatal(err)
			}
			return string(content)
		}
	}
	return ""
}

// branchRevisions returns the revisions of a case.
func (e entry) branchRevisions(sql bool) []revision {
	upgrade := e.Upgrade
	if sql {
		upgrade = executed(e.SQL)
	}
	if upgrade == "" && e.Downgrade == "" && e.Top == "" {
		return e.Revisions
	}
	return append([]revision{{ID: ownID, Upgrade: upgrade, Downgrade: e.Downgrade, Top: e.Top}}, e.Revisions...)
}

// executed returns SQL as a revision executes it: a statement ends at the end of its line.
func executed(sql string) string {
	var body strings.Builder
	for statement := range strings.SplitSeq(strings.TrimSpace(sql), ";\n") {
		fmt.Fprintf(&body, "op.execute(\"\"\"\n%s\n\"\"\")\n", strings.TrimSuffix(statement, ";"))
	}
	return body.String()
}

// source returns the content of the revision's file.
func (r revision) source() string {
	parent := fmt.Sprintf("%q", r.Parent)
	switch {
	case r.Parent == "":
		parent = fmt.Sprintf("%q", baseHead)
	case r.Parent == "none":
		parent = "None"
	case strings.HasPrefix(r.Parent, "("):
		parent = r.Parent
	}
	return fmt.Sprintf("\"\"\"A case\n\nRevision ID: %s\n\"\"\"\nimport sqlalchemy as sa\nfrom alembic import op\nfrom "+
		"sqlalchemy.dialects import postgresql\n%s\n"+
		"revision = %q\ndown_revision = %s\n\n\ndef upgrade():\n%s\n\ndef downgrade():\n%s",
		r.ID, r.Top, r.ID, parent, indented(r.Upgrade), indented(r.Downgrade))
}

// indented returns the body of a function.
func indented(body string) string {
	if strings.TrimSpace(body) == "" {
		return "    pass\n"
	}
	var out strings.Builder
	for line := range strings.Lines(body) {
		if strings.TrimSpace(line) != "" {
			out.WriteString("    ")
		}
		out.WriteString(line)
	}
	return out.String() + "\n"
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// copyTree copies the files below a directory over another.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		rel, relErr := filepath.Rel(from, path)
		if err != nil || relErr != nil {
			return fmt.Errorf("copy %s: %w %w", path, err, relErr)
		}
		write(t, filepath.Join(to, rel), string(content))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// git runs git with a fixed author and date, and nobody's configuration.
func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "git", args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "HOME="+os.DevNull,
		"GIT_AUTHOR_NAME=Depot", "GIT_AUTHOR_EMAIL=depot@example.org", "GIT_COMMITTER_NAME=Depot", "GIT_COMMITTER_EMAIL=depot@example.org",
		"GIT_AUTHOR_DATE=1731412800 +0000", "GIT_COMMITTER_DATE=1731412800 +0000")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}
