package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv/report"
)

// TestMain excludes this machine's git configuration, and runs the child for the tests that kill one.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ALLOW_PROTOCOL": "file",
		// A hook would export these; every test shows that they do no harm.
		"GIT_DIR": "/nowhere", "GIT_INDEX_FILE": "/nowhere/index", "GIT_WORK_TREE": "/nowhere",
	} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	if dir := os.Getenv("GITREPO_TEST_CHILD"); dir != "" {
		os.Exit(child(dir))
	}
	os.Exit(withObjects(m.Run))
}

// withObjects runs the tests with a directory for devenv's objects.
func withObjects(run func() int) int {
	dir, err := os.MkdirTemp("", "gitrepo-objects-")
	if err == nil {
		err = os.Setenv("GITREPO_TEST_OBJECTS", dir)
	}
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	return run()
}

// sandbox is a repository for experiments, with an initial commit on main.
type sandbox struct {
	t   *testing.T
	dir string
}

func newSandbox(t *testing.T) sandbox {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := sandbox{t, filepath.Join(dir, "project")}
	git := exec.Command("git", "init", "-q", "-b", "main", s.dir)
	git.Env = userEnvironment()
	if out, err := git.CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	s.git("config", "protocol.file.allow", "always")
	s.write("models.py", "one\n")
	s.write("versions/0001_first.py", "revision = '0001'\n")
	s.write(".gitignore", "*.log\n.env\ncache/\n")
	s.commit("first")
	return s
}

// userEnvironment returns the environment of a user at a shell, with a name.
func userEnvironment() []string {
	var env []string
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); name != "GIT_DIR" && name != "GIT_INDEX_FILE" && name != "GIT_WORK_TREE" {
			env = append(env, entry)
		}
	}
	return append(env, "GIT_AUTHOR_NAME=u", "GIT_AUTHOR_EMAIL=u@x", "GIT_COMMITTER_NAME=u", "GIT_COMMITTER_EMAIL=u@x")
}

// git runs git as the user would, and returns its output.
func (s sandbox) git(args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = s.dir, userEnvironment()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.String())
	}
	return strings.TrimSuffix(string(out), "\n")
}

func (s sandbox) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

func (s sandbox) write(name, content string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s sandbox) read(name string) string {
	s.t.Helper()
	content, err := os.ReadFile(s.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(content)
}

func (s sandbox) remove(name string) {
	s.t.Helper()
	if err := os.RemoveAll(s.path(name)); err != nil {
		s.t.Fatal(err)
	}
}

func (s sandbox) exists(name string) bool {
	_, err := os.Lstat(s.path(name))
	return err == nil
}

func (s sandbox) commit(message string) string {
	s.t.Helper()
	s.git("add", "-A")
	s.git("commit", "-q", "-m", message)
	return s.git("rev-parse", "HEAD")
}

func (s sandbox) open() *Repo {
	s.t.Helper()
	repo, err := Open(context.Background(), s.dir)
	if err == nil {
		err = repo.KeepObjects(objectsOf(s.t))
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return repo
}

// objectsOf returns where the repositories of a test keep devenv's objects.
func objectsOf(t *testing.T) string {
	return filepath.Join(os.Getenv("GITREPO_TEST_OBJECTS"), hash([]byte(t.Name())))
}

// ours runs git as this package does: it sees captured objects.
func (s sandbox) ours(args ...string) string {
	s.t.Helper()
	out, err := s.open().git(args...).line(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// untouched returns a function that fails the test if anything of the user's has changed since: the files, the
// index's bytes, status, refs, HEAD, the list of worktrees or the number of objects.
func (s sandbox) untouched() func() {
	s.t.Helper()
	before := s.everything()
	return func() {
		s.t.Helper()
		if after := s.everything(); after != before {
			s.t.Errorf("something of the user's changed:\n%s\n--- is now\n%s", before, after)
		}
	}
}

func (s sandbox) everything() string {
	s.t.Helper()
	index := s.git("rev-parse", "--git-path", "index")
	if !filepath.IsAbs(index) {
		index = s.path(index)
	}
	content, err := os.ReadFile(index)
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.Join([]string{
		hash(content), s.git("--no-optional-locks", "status", "--porcelain=v2", "--ignored"), s.git("for-each-ref"),
		s.git("rev-parse", "HEAD"), s.git("worktree", "list"), s.git("config", "--local", "--list"), s.git("count-objects", "-v"),
	}, "\n")
}

// listing returns the paths of a tree, each with its content after a colon.
func listing(t *testing.T, repo *Repo, treeish string) string {
	t.Helper()
	files, err := repo.Files(context.Background(), treeish, "")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		if f.Mode == modeSubmodule {
			out = append(out, f.Path+":"+f.ID)
			continue
		}
		content, err := repo.ReadFile(context.Background(), treeish, f.Path)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f.Path+":"+strings.TrimSuffix(string(content), "\n"))
	}
	return strings.Join(out, "\n")
}

// wantFailure checks an error's kind, and that it and its hint contain words.
func wantFailure(t *testing.T, err error, kind report.Kind, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("there is no error")
	}
	var failure *report.Failure
	if !errors.As(err, &failure) || report.KindOf(err) != kind {
		t.Errorf("%v: kind is %v, not %v", err, report.KindOf(err), kind)
	}
	text := err.Error() + "\n" + report.HintOf(err)
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%q does not contain %q", text, word)
		}
	}
}

func TestRepositoryIsFoundThroughSubdirectoriesAndSymlinks(t *testing.T) {
	s := newSandbox(t)
	repo, err := Open(context.Background(), s.path("versions"))
	if err != nil {
		t.Fatal(err)
	}
	if repo.Root() != s.dir || repo.GitDir() != s.path(".git") || repo.CommonDir() != s.path(".git") {
		t.Errorf("found %+v", repo)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(s.dir, link); err != nil {
		t.Fatal(err)
	}
	repo, err = Open(context.Background(), link)
	if err != nil || repo.Root() != s.dir {
		t.Errorf("through a symlink: %+v, %v", repo, err)
	}
}

func TestALinkedWorktreeHasItsOwnGitDirectory(t *testing.T) {
	s := newSandbox(t)
	linked := filepath.Join(filepath.Dir(s.dir), "linked")
	s.git("worktree", "add", "-q", "-b", "other", linked)
	repo, err := Open(context.Background(), linked)
	if err != nil {
		t.Fatal(err)
	}
	if repo.Root() != linked || repo.CommonDir() != s.path(".git") || repo.GitDir() != s.path(".git/worktrees/linked") {
		t.Errorf("found %+v", repo)
	}
}

func TestMissingRepositoryIsAUsageError(t *testing.T) {
	_, err := Open(context.Background(), t.TempDir())
	wantFailure(t, err, report.KindUsage, "is not in a git repository", "git init")
	s := newSandbox(t)
	_, err = Open(context.Background(), s.path(".git"))
	wantFailure(t, err, report.KindUsage, "has no working tree")
	linked := filepath.Join(t.TempDir(), "linked")
	s.git("worktree", "add", "-q", "-b", "moved", linked)
	if err := os.Rename(s.dir, s.dir+"-moved"); err != nil {
		t.Fatal(err)
	}
	_, err = Open(context.Background(), linked)
	wantFailure(t, err, report.KindUsage, "is a worktree of "+s.dir+", which is not there", "git worktree repair "+linked)
}

func TestAnOldGitIsRefused(t *testing.T) {
	bin := t.TempDir()
	script := "#!/bin/sh\necho git version 2.29.3\n"
	if err := os.WriteFile(filepath.Join(bin, "git"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":/bin:/usr/bin")
	_, err := Open(context.Background(), t.TempDir())
	wantFailure(t, err, report.KindWork, "2.29.3 is too old", "2.30")
	t.Setenv("PATH", t.TempDir())
	_, err = Open(context.Background(), t.TempDir())
	wantFailure(t, err, report.KindWork, "git is not installed")
}

func TestFailedCommandKeepsArgumentsExitCodeAndStderr(t *testing.T) {
	s := newSandbox(t)
	err := s.open().git("rev-parse", "--verify", "nothing-of-that-name").run(context.Background())
	var failed *CommandError
	if !errors.As(err, &failed) || failed.ExitCode != 128 || len(failed.Args) != 3 ||
		!strings.Contains(failed.Stderr, "Needed a single revision") {
		t.Errorf("%#v", err)
	}
	got := withoutPasswords("fatal: 'https://me:s3cret@example.org/x' and http://example.org/@y")
	if got != "fatal: 'https://***@example.org/x' and http://example.org/@y" {
		t.Error(got)
	}
}

func TestHooksDoNotRun(t *testing.T) {
	s := newSandbox(t)
	s.write(".git/hooks/post-checkout", "#!/bin/sh\ntouch "+s.path("hooked")+"\n")
	if err := os.Chmod(s.path(".git/hooks/post-checkout"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := s.open().git("checkout", "-q", "-b", "x").run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if s.exists("hooked") {
		t.Error("a hook ran")
	}
}
