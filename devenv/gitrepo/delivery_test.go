package gitrepo

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"testing"

	"devenv/devenv/report"
)

// worktree describes everything in the working tree: the files with mode and content, and the directories.
func (s sandbox) worktree() string {
	s.t.Helper()
	var out []string
	err := filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Name() == ".git" {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		line := strings.TrimPrefix(path, s.dir) + " " + info.Mode().String()
		if info.Mode().IsRegular() {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += " " + hash(content)
		}
		out = append(out, line)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}

func deliver(t *testing.T, s sandbox) {
	t.Helper()
	if err := s.open().Deliver(context.Background(), replacement(s.open())); err != nil {
		t.Fatal(err)
	}
}

func TestDeliveryChangesFilesAndUndoRestoresThem(t *testing.T) {
	s := prepared(newSandbox(t))
	before := s.worktree()
	deliver(t, s)
	if s.exists("versions/0002_mine.py") || s.exists("versions/0003_mine.py") || s.read("versions/0002_new.py") != "new\n" ||
		s.read("versions/0001_first.py") != "revision = '0001'\n" || s.read("deep/er/tool.sh") != "#!/bin/sh\n" {
		t.Error("the delivery is not complete")
	}
	delivered := s.worktree()
	plan, err := s.open().Undo(context.Background(), UndoOptions{DryRun: true})
	if err != nil || s.worktree() != delivered || len(plan.Files) != 5 ||
		plan.Files[3] != (report.File{Path: "versions/0002_new.py", Action: report.FileRemoved}) {
		t.Errorf("the plan is %+v, %v", plan, err)
	}
	result, err := s.open().Undo(context.Background(), UndoOptions{})
	if err != nil || result.Command != "new-migration" {
		t.Errorf("%+v, %v", result, err)
	}
	if after := s.worktree(); after != before {
		t.Errorf("after the undo there is\n%s\nand before there was\n%s", after, before)
	}
	_, err = s.open().Undo(context.Background(), UndoOptions{})
	wantFailure(t, err, report.KindUsage, "is left to take back")
}

func TestDeliveredFilesFollowTheUmask(t *testing.T) {
	s := prepared(newSandbox(t))
	old := syscall.Umask(0o027)
	defer syscall.Umask(old)
	deliver(t, s)
	for path, want := range map[string]fs.FileMode{
		"versions/0002_new.py": 0o640, "deep/er/tool.sh": 0o750, "deep": 0o750,
		"versions/0001_first.py": 0o644,
	} {
		info, err := os.Stat(s.path(path))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s is %v, %v", path, info.Mode(), err)
		}
	}
}

func TestUnderSudoFilesBelongToTheDirectorysOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("not root: the owner is the user's own")
		return
	}
	s := prepared(newSandbox(t))
	t.Setenv("SUDO_UID", "4321") // then git trusts that user's repository
	for _, path := range []string{"versions", ".git"} {
		if err := os.Chown(s.path(path), 4321, 4322); err != nil {
			t.Fatal(err)
		}
	}
	deliver(t, s)
	for _, path := range []string{"versions/0002_new.py", ".git/devenv", ".git/devenv/worktree/deliveries/000001/journal.json"} {
		info, err := os.Stat(s.path(path))
		if err != nil {
			t.Fatal(err)
		}
		if uid, gid := owner(info); uid != 4321 || gid != 4322 {
			t.Errorf("%s belongs to %d:%d", path, uid, gid)
		}
	}
}

func TestFilesChangedSinceTheCaptureAreNotOverwritten(t *testing.T) {
	for name, meddle := range map[string]func(s sandbox){
		"it changed":  func(s sandbox) { s.write("versions/0002_mine.py", "meanwhile\n") },
		"it vanished": func(s sandbox) { s.remove("versions/0003_mine.py") },
		"already":     func(s sandbox) { s.write("versions/0002_new.py", "somebody's\n") },
		"not a regular file": func(s sandbox) {
			s.remove("versions/0003_mine.py")
			_ = os.Symlink("x", s.path("versions/0003_mine.py"))
		},
		"points outside": func(s sandbox) { _ = os.Symlink(s.t.TempDir(), s.path("deep")) },
		"not a director": func(s sandbox) { s.write("deep", "a file\n") },
	} {
		t.Run(name, func(t *testing.T) {
			s := prepared(newSandbox(t))
			s.t = t
			d := replacement(s.open())
			meddle(s)
			before := s.worktree()
			wantFailure(t, s.open().Deliver(context.Background(), d), report.KindWork, name)
			if s.worktree() != before {
				t.Error("something changed")
			}
		})
	}
}

func TestAPathOutsideTheRepositoryIsRefused(t *testing.T) {
	s := newSandbox(t)
	for _, path := range []string{"../x", "/x", "a/../x", ".git/config", "sub/.GIT/x", "", "."} {
		d := Delivery{Changes: []FileChange{{Path: path, Action: report.FileAdded}}}
		if err := s.open().Deliver(context.Background(), d); err == nil {
			t.Errorf("%q was delivered", path)
		}
	}
}

func TestErrorDuringDeliveryRestoresTheTree(t *testing.T) {
	s := prepared(newSandbox(t))
	before := s.worktree()
	repo := s.open()
	// Somebody creates the last file after everything was checked.
	err := repo.deliver(context.Background(), replacement(repo), func(step string) {
		if step == "wrote versions/0001_first.py" {
			s.write("versions/0002_new.py", "somebody's\n")
		}
	})
	wantFailure(t, err, report.KindWork, "nothing was changed", "file exists")
	if s.read("versions/0002_new.py") != "somebody's\n" {
		t.Error("somebody's file is lost")
	}
	s.remove("versions/0002_new.py")
	if s.worktree() != before {
		t.Errorf("the tree is\n%s\nand was\n%s", s.worktree(), before)
	}
	deliver(t, s)
}

func TestAnInterruptedContextDeliversNothing(t *testing.T) {
	s := prepared(newSandbox(t))
	before, repo := s.worktree(), s.open()
	d := replacement(repo)
	ctx, cancel := context.WithCancel(context.Background())
	err := repo.deliver(ctx, d, func(step string) {
		if step == "staged" {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || s.worktree() != before {
		t.Errorf("%v", err)
	}
}

func TestBlobIsWrittenLikeACheckout(t *testing.T) {
	s := newSandbox(t)
	s.write(".gitattributes", "*.bat text eol=crlf\n")
	id := s.git("rev-parse", "HEAD:models.py")
	d := Delivery{Command: "x", Changes: []FileChange{{Path: "run.bat", Action: report.FileRestored, Blob: id}}}
	if err := s.open().Deliver(context.Background(), d); err != nil || s.read("run.bat") != "one\r\n" {
		t.Errorf("%v", err)
	}
}

func TestUndoOfEditsNeedsForceAndKeepsCopies(t *testing.T) {
	s := prepared(newSandbox(t))
	before := s.worktree()
	deliver(t, s)
	s.write("versions/0002_new.py", "edited by hand\n")
	s.write("versions/0002_mine.py", "came back\n")
	_, err := s.open().Undo(context.Background(), UndoOptions{})
	wantFailure(t, err, report.KindWork, "versions/0002_new.py", "versions/0002_mine.py", "devenv undo --force")
	plan, err := s.open().Undo(context.Background(), UndoOptions{DryRun: true})
	wantFailure(t, err, report.KindWork, "versions/0002_new.py", "devenv undo --force")
	if plan.At.IsZero() {
		t.Error("a refused plan does not say which delivery it is about")
	}
	if s.read("versions/0002_new.py") != "edited by hand\n" || s.exists("versions/0003_mine.py") {
		t.Error("a refused undo changed something")
	}
	result, err := s.open().Undo(context.Background(), UndoOptions{Force: true})
	if err != nil || len(result.Kept) != 2 {
		t.Fatalf("%+v, %v", result, err)
	}
	if content, err := os.ReadFile(result.Kept["versions/0002_new.py"]); err != nil || string(content) != "edited by hand\n" {
		t.Errorf("the copy is %q, %v", content, err)
	}
	if s.worktree() != before {
		t.Error("the tree is not restored")
	}
}

func TestUndoRevertsSeveralDeliveries(t *testing.T) {
	s := newSandbox(t)
	before := s.worktree()
	repo := s.open()
	for _, content := range []string{"first\n", "second\n"} {
		change := FileChange{Path: "new.py", Action: report.FileAdded, Content: []byte(content)}
		if content == "second\n" {
			change.Action, change.Expect = report.FileChanged, s.git("hash-object", "new.py")
		}
		if err := repo.Deliver(context.Background(), Delivery{Command: "x", Changes: []FileChange{change}}); err != nil {
			t.Fatal(err)
		}
	}
	if written, err := repo.Written("new.py"); err != nil || string(written) != "second\n" {
		t.Errorf("%q, %v", written, err)
	}
	for _, want := range []string{"first\n", ""} {
		if _, err := repo.Undo(context.Background(), UndoOptions{}); err != nil {
			t.Fatal(err)
		}
		if want != "" && s.read("new.py") != want {
			t.Errorf("undo restored %q", s.read("new.py"))
		}
	}
	if s.worktree() != before {
		t.Error("the tree is not restored")
	}
	if _, err := repo.Written("new.py"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestLastDeliveryReturnsTheNewest(t *testing.T) {
	s := prepared(newSandbox(t))
	if _, found, err := s.open().LastDelivery(context.Background()); found || err != nil {
		t.Errorf("there already is one: %v", err)
	}
	deliver(t, s)
	last, found, err := s.open().LastDelivery(context.Background())
	if err != nil || !found || last.Command != "new-migration" || len(last.Files) != 5 || last.Files[0].Action != report.FileRemoved {
		t.Errorf("%+v, %v", last, err)
	}
}

func TestUnwritableDirectoryIsNamed(t *testing.T) {
	if os.Geteuid() == 0 {
		// Root may write anywhere except on a read-only file system: use one that every Linux has.
		if dir, err := writableParent("/proc/sys/new.py"); err == nil || dir != "/proc/sys" {
			t.Errorf("%s: %v", dir, err)
		}
		s := newSandbox(t)
		outside, err := filepath.Rel(s.path("."), "/proc/sys/new.py")
		if err != nil {
			t.Fatal(err)
		}
		wantFailure(t, s.open().CheckWritable(outside), report.KindWork, "/proc/sys")
		if err := s.open().CheckWritable("versions/new.py"); err != nil {
			t.Errorf("a directory that does not exist yet: %v", err)
		}
		return
	}
	s := prepared(newSandbox(t))
	if err := os.Chmod(s.path("versions"), 0o555); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(s.path("versions"), 0o755) }()
	before := s.worktree()
	wantFailure(t, s.open().Deliver(context.Background(), replacement(s.open())), report.KindWork, s.path("versions"), "permission denied")
	if s.worktree() != before {
		t.Error("something changed")
	}
}

func TestUndoOnAnotherBranchIsRefused(t *testing.T) {
	s := newSandbox(t)
	before := s.worktree()
	d := Delivery{Command: "new-migration", Changes: []FileChange{{Path: "new.py", Action: report.FileAdded, Content: []byte("x\n")}}}
	if err := s.open().Deliver(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	s.git("checkout", "-q", "-b", "other")
	_, err := s.open().Undo(context.Background(), UndoOptions{})
	wantFailure(t, err, report.KindWork, "on branch main", "git checkout main")
	if _, err := s.open().Undo(context.Background(), UndoOptions{Force: true}); err != nil || s.worktree() != before {
		t.Errorf("forced: %v", err)
	}
}

func TestDeliveryToAnotherFileSystemWorks(t *testing.T) {
	shared, err := os.MkdirTemp("/dev/shm", "gitrepo-test-") //nolint:usetesting // a different file system from the temporary directory's
	if err != nil {
		t.Logf("there is no second file system to try: %v", err)
		return
	}
	defer os.RemoveAll(shared)
	s := newSandbox(t)
	linked := prepared(func() sandbox {
		s.git("worktree", "add", "-q", filepath.Join(shared, "linked"))
		return sandbox{t, filepath.Join(shared, "linked")}
	}())
	before := linked.worktree()
	deliver(t, linked)
	if linked.read("versions/0002_new.py") != "new\n" {
		t.Error("the delivery is not complete")
	}
	if _, err := linked.open().Undo(context.Background(), UndoOptions{}); err != nil || linked.worktree() != before {
		t.Errorf("the undo is not complete: %v", err)
	}
	rerun(t, linked, "deliver", "wrote versions/0002_new.py")
	recovered(t, linked)
	if linked.worktree() != before {
		t.Error("the recovery is not complete")
	}
}
