package gitrepo

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"devenv/devenv/report"
)

func capture(t *testing.T, s sandbox, opts CaptureOptions) Capture {
	t.Helper()
	c, err := s.open().Capture(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wantFiles checks a tree's files besides .gitignore, each as "path:content".
func wantFiles(t *testing.T, s sandbox, tree string, want ...string) {
	t.Helper()
	var got []string
	for _, line := range strings.Split(listing(t, s.open(), tree), "\n") {
		if !strings.HasPrefix(line, ".gitignore:") && !strings.HasPrefix(line, "*.log") && line != ".env" && line != "cache/" {
			got = append(got, line)
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the tree holds\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestCaptureMatchesTheWorkingTree(t *testing.T) {
	s := newSandbox(t)
	s.write("gone.py", "x\n")
	s.write("moved.py", "a long enough line to be found again\n")
	s.commit("more")
	s.write("models.py", "changed\n")
	s.remove("gone.py")
	s.git("mv", "moved.py", "elsewhere.py")
	s.write("staged.py", "staged\n")
	s.git("add", "staged.py")
	s.write("staged.py", "and changed again\n")
	s.write("intended.py", "intended\n")
	s.git("add", "-N", "intended.py")
	s.write("odd/a \"b\"\n\tc é.py", "odd\n")
	s.write("debug.log", "ignored\n")
	s.write(".env", "SECRET=1\n")
	check := s.untouched()
	c := capture(t, s, CaptureOptions{})
	check()
	wantFiles(t, s, c.Tree, "elsewhere.py:a long enough line to be found again", "intended.py:intended", "models.py:changed",
		"odd/a \"b\"", "\tc é.py:odd", "staged.py:and changed again", "versions/0001_first.py:revision = '0001'")
	if got := s.ours("rev-parse", c.Commit+"^", c.Commit+"^{tree}"); got != s.git("rev-parse", "HEAD")+"\n"+c.Tree {
		t.Errorf("the commit's parent and tree are %s", got)
	}
	if again := capture(t, s, CaptureOptions{}); again.Commit != c.Commit {
		t.Error("the same tree is another commit")
	}
}

func TestRacyChangesAreCaptured(t *testing.T) {
	s := newSandbox(t)
	// Same size and the time in the index: only the index's own time shows that the entry is racy.
	info, err := os.Stat(s.path("models.py"))
	if err != nil {
		t.Fatal(err)
	}
	s.git("update-index", "--refresh")
	if err := os.Chtimes(s.path(".git/index"), info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	s.write("models.py", "two\n")
	if err := os.Chtimes(s.path("models.py"), info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	s.git("config", "core.trustctime", "false")
	c := capture(t, s, CaptureOptions{})
	wantFiles(t, s, c.Tree, "models.py:two", "versions/0001_first.py:revision = '0001'")
}

func TestIgnoredFilesAreAddedWhenNamed(t *testing.T) {
	s := newSandbox(t)
	s.write(".env", "A=1\n")
	s.write("app/.env", "B=1\n")
	s.write("cache/x", "x\n")
	s.write("deep/cache/y", "y\n")
	s.write("a.log", "log\n")
	c := capture(t, s, CaptureOptions{Include: []string{".env", "cache", "nothing/here"}})
	if got := strings.Join(c.Included, " "); got != ".env cache/x" {
		t.Errorf("included %s", got)
	}
	c = capture(t, s, CaptureOptions{Include: []string{"**/.env"}})
	if got := strings.Join(c.Included, " "); got != ".env app/.env" {
		t.Errorf("by a glob: included %s", got)
	}
	s.write(".worktreeinclude", "# local\n/.env\ncache/\n!deep/cache/\n")
	check := s.untouched()
	c = capture(t, s, CaptureOptions{Include: []string{"a.log"}})
	check()
	if got := strings.Join(c.Included, " "); got != "a.log .env cache/x" {
		t.Errorf("by .worktreeinclude: included %s", got)
	}
}

func TestExcludedPathsAreLeftOut(t *testing.T) {
	s := newSandbox(t)
	s.write("versions/0002_mine.py", "x\n")
	c := capture(t, s, CaptureOptions{Exclude: []string{"versions"}})
	wantFiles(t, s, c.Tree, "models.py:one")
}

func TestModesAndSymlinksAreCaptured(t *testing.T) {
	s := newSandbox(t)
	if err := os.Chmod(s.path("models.py"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("models.py", s.path("link")); err != nil {
		t.Fatal(err)
	}
	files, err := s.open().Files(context.Background(), capture(t, s, CaptureOptions{}).Tree, "")
	if err != nil {
		t.Fatal(err)
	}
	modes := map[string]string{}
	for _, f := range files {
		modes[f.Path] = f.Mode
	}
	if modes["models.py"] != modeExecutable || modes["link"] != modeSymlink || modes[".gitignore"] != modeFile {
		t.Errorf("modes are %v", modes)
	}
}

func TestFiltersApplyAsGitAddWouldApplyThem(t *testing.T) {
	s := newSandbox(t)
	s.write(".gitattributes", "*.txt text\n*.up filter=up\n")
	s.git("config", "filter.up.clean", "tr a-z A-Z")
	s.write("a.txt", "line\r\n")
	s.write("b.up", "shout\n")
	c := capture(t, s, CaptureOptions{})
	repo := s.open()
	for path, want := range map[string]string{"a.txt": "line\n", "b.up": "SHOUT\n"} {
		if got, err := repo.ReadFile(context.Background(), c.Tree, path); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", path, got, err)
		}
	}
}

func TestUnresolvedConflictsStopACapture(t *testing.T) {
	s := newSandbox(t)
	s.git("checkout", "-q", "-b", "feature")
	s.write("models.py", "mine\n")
	s.commit("mine")
	s.git("checkout", "-q", "main")
	s.write("models.py", "theirs\n")
	s.commit("theirs")
	s.git("-c", "core.quotePath=false", "checkout", "-q", "feature")
	cmd := git(s.dir, "merge", "-q", "main")
	if err := cmd.run(context.Background()); err == nil {
		t.Fatal("there is no conflict to try")
	}
	check := s.untouched()
	_, err := s.open().Capture(context.Background(), CaptureOptions{})
	wantFailure(t, err, report.KindWork, "unresolved conflicts", "models.py", "git merge --abort")
	check()
	s.git("merge", "--abort")
	s.write("models.py", "stashed\n")
	s.git("stash", "-q")
	s.git("reset", "-q", "--hard", "main")
	if err := git(s.dir, "stash", "pop", "-q").run(context.Background()); err == nil {
		t.Fatal("the stash does not conflict")
	}
	_, err = s.open().Capture(context.Background(), CaptureOptions{})
	if hint := report.HintOf(err); !strings.Contains(hint, "git add") || strings.Contains(hint, "--abort") {
		t.Errorf("after git stash pop: %s", hint)
	}
}

func TestSparseCheckoutIsCapturedCompletely(t *testing.T) {
	for _, sparseIndex := range []string{"--no-sparse-index", "--sparse-index"} {
		s := newSandbox(t)
		s.write("big/data", "data\n")
		s.write("app/main.py", "main\n")
		s.commit("more")
		s.git("sparse-checkout", "init", "--cone", sparseIndex)
		s.git("sparse-checkout", "set", "app")
		if s.exists("big/data") {
			t.Fatal("the checkout is not sparse")
		}
		s.write("app/main.py", "changed\n")
		s.write("outside/new.py", "new\n")
		check := s.untouched()
		c := capture(t, s, CaptureOptions{})
		check()
		wantFiles(t, s, c.Tree, "app/main.py:changed", "big/data:data", "models.py:one", "outside/new.py:new",
			"versions/0001_first.py:revision = '0001'")
		made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: c.Commit})
		check()
		wantCheckout(t, made, c.Commit)
		if files.read("big/data") != "data\n" {
			t.Error("the private tree is not complete")
		}
	}
}

func TestNestedRepositoryIsLeftOutAndNoted(t *testing.T) {
	s := newSandbox(t)
	s.git("init", "-q", "vendor/empty")
	s.git("worktree", "add", "-q", ".worktrees/other")
	c := capture(t, s, CaptureOptions{})
	wantFiles(t, s, c.Tree, "models.py:one", "versions/0001_first.py:revision = '0001'")
	if len(c.Notes) != 2 || !strings.Contains(strings.Join(c.Notes, "\n"), "vendor/empty/ is left out") {
		t.Errorf("notes are %q", c.Notes)
	}
}

func TestFileReplacedByADirectoryIsCaptured(t *testing.T) {
	s := newSandbox(t)
	s.remove("models.py")
	s.write("models.py/inner.py", "inner\n")
	s.remove("versions")
	s.write("versions", "a file\n")
	wantFiles(t, s, capture(t, s, CaptureOptions{}).Tree, "models.py/inner.py:inner", "versions:a file")
}

func TestDetachedLinkedWorktreeIsCaptured(t *testing.T) {
	s := newSandbox(t)
	linked := sandbox{t, filepath.Join(filepath.Dir(s.dir), "linked")}
	s.git("worktree", "add", "-q", "--detach", linked.dir)
	linked.write("models.py", "linked\n")
	check, checkLinked := s.untouched(), linked.untouched()
	c := capture(t, linked, CaptureOptions{})
	check()
	checkLinked()
	wantFiles(t, linked, c.Tree, "models.py:linked", "versions/0001_first.py:revision = '0001'")
	if c.Head.Ref != "" {
		t.Errorf("HEAD is %+v", c.Head)
	}
}

func TestUnchangedFilesAreCapturedWithoutReadingThem(t *testing.T) {
	s := newSandbox(t)
	// Skipped entries cost the same index work but need no files on disk.
	id := s.git("rev-parse", "HEAD:models.py")
	var info strings.Builder
	for i := range 100_000 {
		info.WriteString(modeFile + " " + id + "\tmany/" + string(rune('a'+i%26)) + "/" + time.Duration(i).String() + "\x00")
	}
	if err := git(s.dir, "update-index", "-z",
		"--index-info").input(strings.NewReader(info.String())).run(context.Background()); err != nil {
		t.Fatal(err)
	}
	list, err := git(s.dir, "ls-files", "-z", "many").list(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := git(s.dir, "update-index", "--skip-worktree", "-z", "--stdin").input(joinNul(list)).run(context.Background()); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	s.git("status", "--porcelain", "--untracked-files=no") // reads the same index, and no file either
	status := time.Since(began)
	began = time.Now()
	c := capture(t, s, CaptureOptions{})
	if took := time.Since(began); took > 50*status {
		t.Errorf("a capture took %s, git status %s", took, status)
	} else {
		t.Logf("a capture took %s, git status %s", took, status)
	}
	if files, err := s.open().Files(context.Background(), c.Tree, "many"); err != nil || len(files) != 100_000 {
		t.Errorf("%d files, %v", len(files), err)
	}
}
