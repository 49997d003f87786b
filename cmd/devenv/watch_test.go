package main_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestWatchReportsEachRunUntilASignal watches a repository without an engine, so that each run ends with an error.
func TestWatchReportsEachRunUntilASignal(t *testing.T) {
	binary, dir := build(t), t.TempDir()
	for _, args := range [][]string{
		{"init", "-q"},
		{"-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "-q", "--allow-empty", "-m", "Start"},
	} {
		command := exec.CommandContext(t.Context(), "git", args...)
		command.Dir = dir
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args[0], err, out)
		}
	}
	run := exec.CommandContext(t.Context(), binary, "test-migration", "--watch")
	run.Dir, run.Env = dir, append(os.Environ(), "DEVENV_CACHE="+t.TempDir(), "DOCKER_HOST=unix:///nonexistent.sock")
	stderr, err := run.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	runs, failures := 0, 0
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, "✗ reach the Docker engine"):
			failures++
		case strings.HasPrefix(line, "waiting for a change"):
			if runs++; runs == 2 {
				err = run.Process.Signal(syscall.SIGINT)
			} else {
				err = os.WriteFile(filepath.Join(dir, "model.py"), nil, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if status := exitStatus(t, run.Wait()); status != 130 || runs != 2 || failures != runs {
		t.Errorf("exit status %d after %d runs and %d errors, want 130, 2 and 2", status, runs, failures)
	}
}
