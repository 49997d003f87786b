package gitrepo

import (
	"context"
	"errors"
	"fmt"
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

// wantFiles checks a tree's files beyond .gitignore, each "path:content".
func wantFiles(t *testing.T, s sandbox, tree string, want ...string) {
	t.Helper()
	var got []string
	for _, line := range strings.Split(listing(t, s.open(), tree), "\n") {
		if !strings.HasPrefix(line, ".gitignore:") && !strings.HasPrefix(line, "*.log") && line != ".env" && line != "cache/" {
			got = append(got, line)
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the tree holds\n%s\nand not\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestACaptureIsTheWorkingTreeAsItIs(t *testing.T) {
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

func TestAChangeInTheSameInstantAsTheIndexIsCaptured(t *testing.T) {
	s := newSandbox(t)
	// Same size, and the time the index remembers: only the index's own time tells that the entry is racy.
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
}

func TestASparseCheckoutCapturesWhatIsNotCheckedOutToo(t *testing.T) {
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
			t.Error("the private tree is not whole")
		}
	}
}

func TestARepositoryWithinIsLeftOutAndNoted(t *testing.T) {
	s := newSandbox(t)
	s.git("init", "-q", "vendor/empty")
	s.git("worktree", "add", "-q", ".worktrees/other")
	c := capture(t, s, CaptureOptions{})
	wantFiles(t, s, c.Tree, "models.py:one", "versions/0001_first.py:revision = '0001'")
	if len(c.Notes) != 2 || !strings.Contains(strings.Join(c.Notes, "\n"), "vendor/empty/ is left out") {
		t.Errorf("notes are %q", c.Notes)
	}
}

func TestAFileThatBecameADirectoryAndBackIsCaptured(t *testing.T) {
	s := newSandbox(t)
	s.remove("models.py")
	s.write("models.py/inner.py", "inner\n")
	s.remove("versions")
	s.write("versions", "a file\n")
	wantFiles(t, s, capture(t, s, CaptureOptions{}).Tree, "models.py/inner.py:inner", "versions:a file")
}

func TestALinkedWorktreeOnADetachedHeadIsCaptured(t *testing.T) {
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

func TestAHundredThousandFilesAreCapturedWithoutReadingThem(t *testing.T) {
	s := newSandbox(t)
	// Entries that are skipped cost the same index work and no files on the disk.
	id := s.git("rev-parse", "HEAD:models.py")
	var info strings.Builder
	for i := range 100_000 {
		info.WriteString(modeFile + " " + id + "\tmany/" + string(rune('a'+i%26)) + "/" + time.Duration(i).String() + "\x00")
	}
	if err := git(s.dir, "update-index", "-z", "--index-info").input(strings.NewReader(info.String())).run(context.Background()); err != nil {
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
	c := capture(t, s, CaptureOptions{})
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("a capture took %s", took)
	}
	if files, err := s.open().Files(context.Background(), c.Tree, "many"); err != nil || len(files) != 100_000 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

func TestNothingThatIsCapturedBecomesAnObjectOfTheUsersRepository(t *testing.T) {
	ctx := context.Background()
	s, base := behind(t)
	s.write(".env", "SECRET=1\n")
	s.write("new.py", "new\n")
	check := s.untouched()
	repo := s.open()
	c := capture(t, s, CaptureOptions{Include: []string{".env"}})
	id, err := repo.WithIncluded(ctx, base, c)
	if err != nil {
		t.Fatal(err)
	}
	if id, err = repo.WithFiles(ctx, id, nil, map[string][]byte{"other.py": []byte("edited\n")}); err != nil {
		t.Fatal(err)
	}
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: id})
	if files.read(".env") != "SECRET=1\n" || files.read("other.py") != "edited\n" {
		t.Error("the tree is not what was asked for")
	}
	if _, merged, err := repo.Merge(ctx, made, c.Commit, base); err != nil || !merged {
		t.Fatalf("merged %v, %v", merged, err)
	}
	check()
	if got := s.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)"); strings.Contains(got, c.Tree) || strings.Contains(got, c.Commit) {
		t.Error("the capture is in the user's repository")
	}
	unsaid, err := Open(ctx, s.dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := unsaid.Capture(ctx, CaptureOptions{}); err == nil {
		t.Error("a capture found another place for its objects")
	}
}

func TestIgnoredFilesKeepTheirModesInEveryTree(t *testing.T) {
	s, base := behind(t)
	modes := map[string]os.FileMode{".env": 0o600, "cache/tool.sh": 0o755, "cache/key": 0o400, "draft.py": 0o640, "models.py": 0o644}
	for name, mode := range modes {
		s.write(name, "x\n")
		if err := os.Chmod(s.path(name), mode); err != nil {
			t.Fatal(err)
		}
	}
	want := func(files sandbox, names ...string) {
		t.Helper()
		for _, name := range names {
			if info, err := os.Stat(files.path(name)); err != nil || info.Mode().Perm() != modes[name] {
				t.Errorf("%s is %v and not %v, %v", name, info.Mode().Perm(), modes[name], err)
			}
		}
	}
	c := capture(t, s, CaptureOptions{Include: []string{".env", "cache"}})
	id, err := s.open().WithIncluded(context.Background(), base, c)
	if err != nil {
		t.Fatal(err)
	}
	_, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "base", Treeish: id, Modes: c.Modes})
	want(files, ".env", "cache/tool.sh", "cache/key")
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "branch", Treeish: c.Commit, Modes: c.Modes})
	for range 2 { // also where there is nothing to write
		if _, _, err := s.open().Merge(context.Background(), made, c.Commit, base); err != nil {
			t.Fatal(err)
		}
		want(files, ".env", "cache/tool.sh", "cache/key", "draft.py", "models.py")
	}
}

func TestTheModeOfAnIgnoredFileIsNotGivenToWhatALinkLeadsTo(t *testing.T) {
	s := newSandbox(t)
	outside := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(outside, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"link": outside, "dir": filepath.Dir(outside)} {
		if err := os.Symlink(to, s.path(name)); err != nil {
			t.Fatal(err)
		}
	}
	tree(t, s, TreeOptions{
		Cache: t.TempDir(), ID: "x", Treeish: capture(t, s, CaptureOptions{}).Commit,
		Modes: map[string]os.FileMode{"link": 0o600, "dir/file": 0o600},
	})
	if info, err := os.Stat(outside); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("a file outside the tree is %v, %v", info.Mode(), err)
	}
}

func TestATreeSurvivesTheLossOfWhatWasCaptured(t *testing.T) {
	s, base := behind(t)
	s.write("new.py", "new\n")
	cache := t.TempDir()
	for range 2 {
		c := capture(t, s, CaptureOptions{})
		made, err := s.open().Tree(context.Background(), TreeOptions{Cache: cache, ID: "x", Treeish: c.Commit})
		if err != nil {
			t.Fatal(err)
		}
		result, _, err := s.open().Merge(context.Background(), made, c.Commit, base)
		if err != nil {
			t.Fatal(err)
		}
		wantCheckout(t, made, result)
		if err := errors.Join(made.Close(), os.RemoveAll(objectsOf(t))); err != nil {
			t.Fatal(err)
		}
	}
}

func TestObjectsThatNoCaptureMeetsAreDroppedOnceThereAreVeryMany(t *testing.T) {
	s := newSandbox(t)
	s.write("new.py", "new\n")
	repo := s.open()
	// age makes all objects as old as if nothing had met them for some weeks.
	age := func() {
		t.Helper()
		old := time.Now().Add(-3 * keptObjects)
		names, err := filepath.Glob(filepath.Join(objectsOf(t), "??", "*"))
		for _, name := range names {
			err = errors.Join(err, os.Chtimes(name, old, old))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	trim := func() {
		t.Helper()
		if err := repo.TrimObjects(); err != nil {
			t.Fatal(err)
		}
	}
	few := capture(t, s, CaptureOptions{})
	age()
	trim()
	if s.ours("cat-file", "-t", few.Commit) != "commit" {
		t.Error("a few objects are gone")
	}
	files := map[string][]byte{}
	for i := range mostObjects + 1 {
		files[fmt.Sprintf("many/%d", i)] = []byte(fmt.Sprintln(i))
	}
	many, err := repo.WithFiles(context.Background(), "HEAD", nil, files)
	if err != nil {
		t.Fatal(err)
	}
	age()
	capture(t, s, CaptureOptions{}) // meets its own again
	trim()
	wantFiles(t, s, few.Tree, "models.py:one", "new.py:new", "versions/0001_first.py:revision = '0001'")
	if out, err := repo.git("cat-file", "-t", many).line(context.Background()); err == nil {
		t.Errorf("what nobody meets is still there: %s", out)
	}
}
