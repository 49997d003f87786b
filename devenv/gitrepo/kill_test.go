package gitrepo

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"devenv/devenv/report"
)

// rerun runs the test binary again as a child that does something in the repository and dies after a step ("" for
// none). It returns the steps that the child took.
func rerun(t *testing.T, s sandbox, do, die string) []string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "GITREPO_TEST_CHILD="+s.dir, "GITREPO_TEST_DO="+do, "GITREPO_TEST_DIE="+die)
	out, err := cmd.Output()
	var exit *exec.ExitError
	killed := errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
	if die == "" && err != nil || die != "" && !killed {
		t.Fatalf("%s dying after %q: %v\n%s", do, die, err, out)
	}
	var steps []string
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if name, found := strings.CutPrefix(line, "step "); found {
			steps = append(steps, name)
		}
	}
	return steps
}

func recovered(t *testing.T, s sandbox) string {
	t.Helper()
	what, err := s.open().Recover(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.open().Recover(context.Background()); again != "" || err != nil {
		t.Errorf("a second recovery did %q, %v", again, err)
	}
	return what
}

func TestKilledDeliveryIsRevertedOrComplete(t *testing.T) {
	first := prepared(newSandbox(t))
	steps := rerun(t, first, "deliver", "")
	complete := first.worktree()
	if len(steps) < 8 {
		t.Fatalf("the steps are %q", steps)
	}
	for _, die := range steps {
		s := prepared(newSandbox(t))
		before := s.worktree()
		rerun(t, s, "deliver", die)
		what := recovered(t, s)
		switch after := s.worktree(); {
		case die == "done":
			if after != complete || what != "" {
				t.Errorf("killed after it was done: recovery reports %q, the tree is\n%s", what, after)
			}
		case after != before:
			t.Errorf("killed after %q, the tree is\n%s\nand was\n%s", die, after, before)
		case die != "staged" && !strings.Contains(what, "reverted what"):
			t.Errorf("killed after %q, recovery reports %q", die, what)
		}
	}
}

func TestKilledRecoveryIsResumed(t *testing.T) {
	first := prepared(newSandbox(t))
	rerun(t, first, "deliver", "removed versions/0003_mine.py")
	steps := rerun(t, first, "recover", "")
	if len(steps) != 5 {
		t.Fatalf("the steps are %q", steps)
	}
	for _, die := range steps {
		s := prepared(newSandbox(t))
		before := s.worktree()
		rerun(t, s, "deliver", "removed versions/0003_mine.py")
		rerun(t, s, "recover", die)
		recovered(t, s)
		if after := s.worktree(); after != before {
			t.Errorf("killed after %q, the tree is\n%s\nand was\n%s", die, after, before)
		}
	}
}

func TestKilledUndoIsCompleted(t *testing.T) {
	first := prepared(newSandbox(t))
	rerun(t, first, "deliver", "")
	steps := rerun(t, first, "undo", "")
	for _, die := range steps {
		s := prepared(newSandbox(t))
		before := s.worktree()
		rerun(t, s, "deliver", "")
		rerun(t, s, "undo", die)
		if what := recovered(t, s); !strings.Contains(what, "completed the interrupted undo") {
			t.Errorf("killed after %q, recovery reports %q", die, what)
		}
		if after := s.worktree(); after != before {
			t.Errorf("killed after %q, the tree is\n%s\nand was\n%s", die, after, before)
		}
	}
}

func TestRecoveryLeavesEditedFilesAlone(t *testing.T) {
	s := prepared(newSandbox(t))
	rerun(t, s, "deliver", "wrote versions/0002_new.py")
	s.write("versions/0002_new.py", "edited\n")
	if what := recovered(t, s); !strings.Contains(what, "versions/0002_new.py") {
		t.Errorf("recovery reports %q", what)
	}
	if s.read("versions/0002_new.py") != "edited\n" || s.read("versions/0001_first.py") != "edited\n" {
		t.Error("recovery reverted the wrong files")
	}
}

func TestSecondRunIsToldWhoHoldsTheLock(t *testing.T) {
	s := newSandbox(t)
	check := s.untouched()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "GITREPO_TEST_CHILD="+s.dir, "GITREPO_TEST_DO=lock")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); err != nil || line != "step locked\n" {
		t.Fatalf("%q, %v", line, err)
	}
	_, err = s.open().Lock(context.Background(), "test-migration")
	wantFailure(t, err, report.KindWork, "devenv new-migration", "process "+strconv.Itoa(cmd.Process.Pid), "since")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	lock, err := s.open().Lock(context.Background(), "test-migration")
	if err != nil {
		t.Fatal(err)
	}
	check()
	if err := errors.Join(lock.Release(), lock.Release()); err != nil {
		t.Error(err)
	}
}

func TestTwoWorktreesHaveTwoLocks(t *testing.T) {
	s := newSandbox(t)
	linked := sandbox{t, s.dir + "-linked"}
	s.git("worktree", "add", "-q", linked.dir)
	for _, worktree := range []sandbox{s, linked} {
		lock, err := worktree.open().Lock(context.Background(), "new-migration")
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := lock.Release(); err != nil {
				t.Error(err)
			}
		}()
	}
}
