package gitrepo

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"devenv/devenv/process"
	"devenv/devenv/report"
)

func TestLockHolderIsNamedByItsProcess(t *testing.T) {
	here, elsewhere := process.Current(), process.Current()
	elsewhere.Namespaces = "another container's"
	for _, who := range []process.Process{here, elsewhere, {}} { // the last one is an older devenv's
		says, killed := "(process 4711)", true
		if who == elsewhere {
			says, killed = "in another container or on another machine", false
		}
		content, err := json.Marshal(holder{PID: 4711, Command: "reset", Since: time.Now(), Process: who})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "lock.json")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		held := heldBy("/work", path)
		if !strings.Contains(held.Error(), says) || strings.Contains(report.HintOf(held), "kill 4711") != killed {
			t.Errorf("%v\n%s\nwant %q", held, report.HintOf(held), says)
		}
	}
}

// TestRecoveryLeavesTheBackgroundAlone covers temporary files of what works beside a run, and who holds which lock.
func TestRecoveryLeavesTheBackgroundAlone(t *testing.T) {
	s := newSandbox(t)
	run, beside := s.open(), s.open()
	if busy, err := run.LockedBeside(); err != nil || busy {
		t.Errorf("before it works it is busy: %v %v", busy, err)
	}
	lock, err := beside.LockBeside(t.Context(), "complete-base")
	if err != nil {
		t.Fatal(err)
	}
	dir, done, err := beside.scratch()
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	own, err := run.Lock(t.Context(), "new-migration")
	if err != nil {
		t.Fatalf("a run waits for the background: %v", err)
	}
	if _, err := run.Recover(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("the background lost its files: %v", err)
	}
	if busy, err := run.LockedBeside(); err != nil || !busy {
		t.Errorf("while it works it is not busy: %v %v", busy, err)
	}
	if err := errors.Join(own.Release(), lock.Release()); err != nil {
		t.Error(err)
	}
	if lock, err = s.open().LockBeside(t.Context(), "complete-base"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("a killed one's files stay: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Error(err)
	}
}
