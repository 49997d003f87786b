package gitrepo

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv/report"
)

// privateTree captures the working tree, checks it out privately and merges it with the base if one is named. The
// user's files, index and refs must stay unchanged. It returns the private tree.
func privateTree(t *testing.T, s sandbox, base string) (*Tree, sandbox) {
	t.Helper()
	check := s.untouched()
	c := capture(t, s, CaptureOptions{})
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: c.Commit})
	result := c.Tree
	if base != "" {
		var err error
		if result, _, err = s.open().Merge(context.Background(), made, c.Commit, s.git("rev-parse", base+"^{commit}")); err != nil {
			t.Fatal(err)
		}
	}
	check()
	wantCheckout(t, made, result)
	return made, files
}

// clone clones a repository as the user would.
func clone(t *testing.T, from sandbox, args ...string) sandbox {
	t.Helper()
	s := sandbox{t, filepath.Join(t.TempDir(), "clone")}
	cmd := exec.Command("git", append(append([]string{"clone", "-q"}, args...), "file://"+from.dir, s.dir)...)
	cmd.Env = userEnvironment()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	return s
}

// script writes an executable file outside the repository and returns its name.
func script(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestUserConfigurationAndHooksHaveNoEffect(t *testing.T) {
	s, _ := behind(t)
	ran := filepath.Join(t.TempDir(), "ran")
	touch := script(t, "touch "+ran)
	for _, hook := range []string{
		"post-checkout", "post-merge", "pre-merge-commit", "post-index-change", "reference-transaction", "pre-commit", "prepare-commit-msg",
		"commit-msg",
	} {
		if err := os.Symlink(touch, s.path(".git/hooks/"+hook)); err != nil {
			t.Fatal(err)
		}
	}
	s.git("update-index", "--untracked-cache")
	for _, setting := range []string{
		"core.fsmonitor=" + touch, "core.untrackedCache=true", "core.editor=" + touch, "core.pager=" + touch, "diff.external=" + touch,
		"commit.gpgSign=true", "gpg.program=" + touch, "merge.verifySignatures=true", "merge.ff=only", "merge.renames=false",
		"merge.autoStash=true",
		"rerere.enabled=true", "status.showUntrackedFiles=no", "status.relativePaths=true", "core.quotePath=true", "color.ui=always",
		"log.showSignature=true",
		"diff.noprefix=true", "submodule.recurse=true", "core.splitIndex=true", "index.version=4", "feature.manyFiles=true",
		"clean.requireForce=true",
		"advice.detachedHead=true", "i18n.logOutputEncoding=ISO-8859-1", "core.safecrlf=true", "core.abbrev=4", "log.date=relative",
		"fetch.recurseSubmodules=true",
	} {
		name, value, _ := strings.Cut(setting, "=")
		s.git("config", name, value)
	}
	s.write("new.py", "new\n")
	hooks := s.git("config", "--get", "core.fsmonitor") // reading the sandbox's state below would run it
	s.git("config", "--unset", "core.fsmonitor")
	check := s.untouched()
	s.git("config", "core.fsmonitor", hooks)
	if err := os.RemoveAll(ran); err != nil {
		t.Fatal(err)
	}
	c := capture(t, s, CaptureOptions{})
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: c.Commit})
	_, merged, err := s.open().Merge(context.Background(), made, c.Commit, s.git("-c", "core.fsmonitor=false", "rev-parse", "main"))
	if err != nil || !merged || files.read("new.py") != "new\n" || files.read("other.py") != "base\n" ||
		files.read("models.py") != "feature\n" {
		t.Errorf("merged %v, %v", merged, err)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a hook or a program of the user's ran")
	}
	s.git("config", "--unset", "core.fsmonitor")
	check()
}

func TestFilesExcludedByTheUserStayOut(t *testing.T) {
	s := newSandbox(t)
	excludes := filepath.Join(t.TempDir(), "excludes")
	if err := os.WriteFile(excludes, []byte("*.swp\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.git("config", "core.excludesFile", excludes)
	s.write(".git/info/exclude", "/scratch/\n")
	s.write("scratch/a.py", "x\n")
	s.write("models.py.swp", "x\n")
	s.write("new.py", "new\n")
	_, files := privateTree(t, s, "")
	if files.exists("scratch") || files.exists("models.py.swp") || !files.exists("new.py") {
		t.Error("the tree has an excluded file, or lacks another")
	}
}

func TestLineEndingsFollowTheAttributes(t *testing.T) {
	s, _ := behind(t)
	s.write(".gitattributes", "*.sh text eol=lf\n*.bat text eol=crlf\n*.bin -text\n")
	s.write("run.sh", "one\ntwo\n")
	s.write("run.bat", "one\r\ntwo\r\n")
	s.write("raw.bin", "one\r\ntwo\n")
	s.commit("attributes")
	s.git("config", "core.autocrlf", "true")
	s.remove("versions/0001_first.py")
	s.git("checkout", "-q", "--", "versions")
	s.write("models.py", "feature\r\nmore\r\n")
	c := capture(t, s, CaptureOptions{})
	for path, want := range map[string]string{"models.py": "feature\nmore\n", "run.bat": "one\ntwo\n", "raw.bin": "one\r\ntwo\n"} {
		if got, err := s.open().ReadFile(context.Background(), c.Tree, path); err != nil || string(got) != want {
			t.Errorf("%s is captured as %q, %v", path, got, err)
		}
	}
	_, files := privateTree(t, s, "main")
	for path, want := range map[string]string{
		"models.py": "feature\r\nmore\r\n", "other.py": "base\r\n", "run.sh": "one\ntwo\n", "run.bat": "one\r\ntwo\r\n",
		"raw.bin": "one\r\ntwo\n",
	} {
		if got := files.read(path); got != want {
			t.Errorf("%s is %q in the tree", path, got)
		}
	}
}

func TestARenameOfCaseAloneIsCaptured(t *testing.T) {
	for _, ignoreCase := range []string{"false", "true"} {
		s := newSandbox(t)
		s.git("config", "core.ignoreCase", ignoreCase)
		before := s.git("rev-parse", "HEAD")
		cache := t.TempDir()
		made, files := tree(t, s, TreeOptions{Cache: cache, ID: "x", Treeish: before})
		if err := os.Rename(s.path("models.py"), s.path("Models.py")); err != nil {
			t.Fatal(err)
		}
		s.git("mv", "versions", "Versions")
		check := s.untouched()
		c := capture(t, s, CaptureOptions{})
		check()
		wantFiles(t, s, c.Tree, "Models.py:one", "Versions/0001_first.py:revision = '0001'")
		if err := made.Checkout(context.Background(), c.Commit); err != nil {
			t.Fatal(err)
		}
		if files.exists("models.py") || files.exists("versions") || files.read("Models.py") != "one\n" ||
			!files.exists("Versions/0001_first.py") {
			t.Errorf("with core.ignoreCase=%s the tree is not the capture", ignoreCase)
		}
	}
}

func TestUnusualFileAndRepositoryNamesWork(t *testing.T) {
	parent, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := sandbox{t, filepath.Join(parent, "a \"b\" 'c' $d;é\nf")}
	init := exec.Command("git", "init", "-q", "-b", "main", s.dir)
	init.Env = userEnvironment()
	if out, err := init.CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	names := []string{" lead", "trail ", "q\"uo'te", "new\nline", "tab\t", "-dash", ":(top)x", "*", "caf\xe9", "back\\slash", "é/ü"}
	for _, name := range names {
		s.write(name, "one\n")
	}
	s.commit("odd names")
	s.git("branch", "feature")
	s.write("base.py", "base\n")
	s.commit("base")
	s.git("checkout", "-q", "feature")
	for _, name := range names {
		s.write(name, "two of "+name+"\n")
		s.write(name+".new", "new\n")
	}
	_, files := privateTree(t, s, "main")
	for _, name := range names {
		if files.read(name) != "two of "+name+"\n" || files.read(name+".new") != "new\n" {
			t.Errorf("%q is not as it was", name)
		}
	}
}

func TestASHA256RepositoryWorks(t *testing.T) {
	s := sandbox{t, filepath.Join(t.TempDir(), "project")}
	init := exec.Command("git", "init", "-q", "-b", "main", "--object-format=sha256", s.dir)
	init.Env = userEnvironment()
	if out, err := init.CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	s.write("models.py", "one\n")
	first := s.commit("first")
	s.git("branch", "feature")
	s.write("base.py", "base\n")
	s.commit("base")
	s.git("checkout", "-q", "feature")
	s.write("models.py", "two\n")
	_, files := privateTree(t, s, "main")
	if files.read("models.py") != "two\n" || files.read("base.py") != "base\n" {
		t.Error("the tree is not the merge")
	}
	wantBase(t, s, first, first, first)
	d := Delivery{Command: "x", Changes: []FileChange{
		{Path: "models.py", Action: report.FileChanged, Content: []byte("three\n"), Expect: s.git("hash-object", "models.py")},
	}}
	if err := s.open().Deliver(context.Background(), d); err != nil || s.read("models.py") != "three\n" {
		t.Error(err)
	}
}

func TestAWorktreeOfABareRepositoryWorks(t *testing.T) {
	origin := newSandbox(t)
	origin.git("branch", "feature")
	origin.write("base.py", "base\n")
	origin.commit("base")
	bare := sandbox{t, filepath.Join(t.TempDir(), "project.git")}
	cmd := exec.Command("git", "clone", "-q", "--bare", "file://"+origin.dir, bare.dir)
	cmd.Env = userEnvironment()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	s := sandbox{t, filepath.Join(filepath.Dir(bare.dir), "work")}
	bare.git("worktree", "add", "-q", s.dir, "feature")
	s.write("models.py", "two\n")
	_, files := privateTree(t, s, "main")
	if files.read("models.py") != "two\n" || files.read("base.py") != "base\n" {
		t.Error("the tree is not the merge")
	}
}

func TestPartialCloneWithoutRemoteNamesMissingObjects(t *testing.T) {
	origin := newSandbox(t)
	origin.git("config", "uploadpack.allowFilter", "true")
	origin.git("branch", "feature")
	origin.write("base.py", "base\n")
	origin.commit("base")
	s := clone(t, origin, "--filter=blob:none", "--branch=feature")
	s.write("models.py", "two\n")
	c := capture(t, s, CaptureOptions{}) // needs no missing object
	away := origin.dir + "-away"
	if err := os.Rename(origin.dir, away); err != nil {
		t.Fatal(err)
	}
	tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "here", Treeish: c.Commit})
	check := s.untouched()
	for name, do := range map[string]func() error{
		"check out": func() error {
			_, err := s.open().Tree(context.Background(), TreeOptions{Cache: t.TempDir(), ID: "base", Treeish: "origin/main"})
			return err
		},
		"read base.py": func() error {
			_, err := s.open().ReadFile(context.Background(), "origin/main", "base.py")
			return err
		},
		"read the files": func() error {
			_, err := s.open().ReadFiles(context.Background(), "origin/main", "")
			return err
		},
	} {
		wantFailure(t, do(), report.KindWork, name, "partial clone", "remote")
	}
	check()
	if err := os.Rename(away, origin.dir); err != nil {
		t.Fatal(err)
	}
	_, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "back", Treeish: "origin/main"})
	if files.read("base.py") != "base\n" {
		t.Error("the tree is not the base")
	}
}

func TestUntrustedRepositorySaysHowToTrustIt(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("not root: cannot create another user's repository")
		return
	}
	s := newSandbox(t)
	for _, name := range []string{".", ".git"} {
		if err := os.Chown(s.path(name), 4321, 4321); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Open(context.Background(), s.path("versions"))
	wantFailure(t, err, report.KindWork, "belongs to another user", "safe.directory "+s.dir)
	if strings.HasSuffix(report.HintOf(err), "versions") {
		t.Errorf("git trusts repositories, not their directories: %s", report.HintOf(err))
	}
}

func TestDeliveryRecognizesFilesWithAnyLineEnding(t *testing.T) {
	s := newSandbox(t)
	s.git("config", "core.autocrlf", "true")
	s.write("mine.py", "one\r\ntwo\r\n")
	s.write("edited.py", "one\r\n")
	c := capture(t, s, CaptureOptions{})
	d := Delivery{Command: "x", Changes: []FileChange{
		{Path: "mine.py", Action: report.FileRemoved, Expect: s.ours("rev-parse", c.Tree+":mine.py")},
		{Path: "edited.py", Action: report.FileChanged, Content: []byte("two\n"), Expect: s.ours("rev-parse", c.Tree+":edited.py")},
	}}
	if err := s.open().Deliver(context.Background(), d); err != nil || s.exists("mine.py") {
		t.Fatal(err)
	}
	if _, err := s.open().Undo(context.Background(), UndoOptions{}); err != nil || s.read("mine.py") != "one\r\ntwo\r\n" ||
		s.read("edited.py") != "one\r\n" {
		t.Errorf("the undo is not complete: %v", err)
	}
}
