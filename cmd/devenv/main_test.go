package main_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// patience is how long a run may take to reach the engine and to end, on any machine.
const patience = 2 * time.Minute

// TestASignalEndsARunWith130 interrupts a run that waits for an engine which accepts the connection and never answers.
func TestASignalEndsARunWith130(t *testing.T) {
	binary := build(t)
	for _, sent := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sent.String(), func(t *testing.T) {
			notIgnored(t, sent)
			engine, reached := silentEngine(t)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			run := exec.CommandContext(ctx, binary, "-H", "unix://"+engine, "clean")
			run.Env = append(os.Environ(), "DEVENV_CACHE="+t.TempDir())
			var stdout, stderr bytes.Buffer
			run.Stdout, run.Stderr = &stdout, &stderr
			if err := run.Start(); err != nil {
				t.Fatal(err)
			}
			wait(t, reached)
			if err := run.Process.Signal(sent); err != nil {
				t.Fatal(err)
			}
			if status := exitStatus(t, run.Wait()); status != 130 {
				t.Errorf("exit status %d, want 130; it said: %s", status, &stderr)
			}
			if stdout.Len() > 0 {
				t.Errorf("standard output is not empty: %s", &stdout)
			}
			if !bytes.Contains(stderr.Bytes(), []byte("interrupted")) {
				t.Errorf("standard error does not say that it was interrupted: %s", &stderr)
			}
		})
	}
}

// notIgnored restores a signal's default for programs that the test starts, even if the tests' own caller ignores it
// (nohup).
func notIgnored(t *testing.T, s os.Signal) {
	t.Helper()
	received := make(chan os.Signal, 1)
	signal.Notify(received, s)
	t.Cleanup(func() { signal.Stop(received) })
}

// TestARunWithoutAReaderIsInterrupted closes the pipe that standard error goes to: the kernel's signal on the next
// write then ends the run, and does not if the pipe is read.
func TestARunWithoutAReaderIsInterrupted(t *testing.T) {
	binary := build(t)
	engine, reached := silentEngine(t)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	run := exec.CommandContext(ctx, binary, "-H", "unix://"+engine, "clean")
	run.Env = append(os.Environ(), "DEVENV_CACHE="+t.TempDir())
	run.Stderr = writer
	if err := errors.Join(run.Start(), writer.Close()); err != nil {
		t.Fatal(err)
	}
	wait(t, reached)
	if err := run.Process.Signal(syscall.SIGPIPE); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(run.Process.Signal(syscall.Signal(0)), reader.Close(), run.Process.Signal(syscall.SIGPIPE)); err != nil {
		t.Errorf("a signal with another cause ended it: %v", err)
	}
	if status := exitStatus(t, run.Wait()); status != 130 {
		t.Errorf("exit status %d, want 130", status)
	}
}

func TestTheExitStatusReachesTheShell(t *testing.T) {
	binary := build(t)
	if status := exitStatus(t, exec.CommandContext(t.Context(), binary, "--bogus").Run()); status != 2 {
		t.Errorf("a flag that does not exist: exit status %d, want 2", status)
	}
	if status := exitStatus(t, exec.CommandContext(t.Context(), binary, "version").Run()); status != 0 {
		t.Errorf("version: exit status %d, want 0", status)
	}
}

// build builds the command as users have it.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "devenv")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// silentEngine listens on a socket and answers nothing; reached is closed at the first connection.
func silentEngine(t *testing.T) (path string, reached <-chan struct{}) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "engine.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for first := true; ; first = false {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			defer func() { _ = connection.Close() }() // the test ends it
			if first {
				close(accepted)
			}
		}
	}()
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		<-ended
	})
	return path, accepted
}

// wait waits until the run reaches the engine.
func wait(t *testing.T, reached <-chan struct{}) {
	t.Helper()
	select {
	case <-reached:
	case <-time.After(30 * time.Second):
		t.Fatal("the run did not reach the engine")
	}
}

// exitStatus returns the exit status of a program.
func exitStatus(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit == nil {
		return 0
	}
	return exit.ExitCode()
}
