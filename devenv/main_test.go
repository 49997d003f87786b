package devenv_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"devenv/devenv"
	"devenv/devenv/report"
)

// The test binary is its own child process: with these variables set, it runs one command in the current directory, and
// sends itself a signal when a step begins.
const (
	childCommand = "DEVENV_TEST_CHILD"  // the message of a new-migration, or childReset
	childSignal  = "DEVENV_TEST_SIGNAL" // INT, TERM or KILL
	childStep    = "DEVENV_TEST_STEP"   // the step before which to send it
	childFill    = "DEVENV_TEST_FILL"   // a file that then grows until the disk is full
)

func TestMain(m *testing.M) {
	if message := os.Getenv(childCommand); message != "" {
		os.Exit(child(message))
	}
	os.Exit(runTests(m))
}

// runTests runs the tests with a separate cache, in which a worktree's trees have separate names.
func runTests(m *testing.M) int {
	defer shared.close()
	cache, err := os.MkdirTemp("", "devenv-cache-")
	if err == nil {
		// the machine's own clean-up removes what is left
		defer os.RemoveAll(cache)
		err = errors.Join(os.Setenv("DEVENV_CACHE", cache), os.Setenv("DEVENV_PARALLEL_RUNS", "-1")) // tests limit themselves
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// These stand for other commands instead of a message: a reset to the base's data or to the branch, an undo, and,
// before a snapshot's name, a restore.
const (
	childReset   = "reset"
	childBranch  = "reset to the branch"
	childUndo    = "undo"
	childRestore = "restore "
)

// child runs a command as the command line does: signals cancel its context.
func child(message string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	options := devenv.Options{Listener: signaller{step: os.Getenv(childStep), signal: os.Getenv(childSignal)}}
	var err error
	name, restores := strings.CutPrefix(message, childRestore)
	switch {
	case message == childReset:
		_, err = devenv.Reset(ctx, devenv.ResetOptions{Options: options, To: devenv.ResetToBase, Yes: true})
	case message == childBranch:
		_, err = devenv.Reset(ctx, devenv.ResetOptions{Options: options, To: devenv.ResetToBranch, Yes: true})
	case message == childUndo:
		_, err = devenv.Undo(ctx, devenv.UndoOptions{Options: options, Yes: true})
	case restores:
		_, err = devenv.RestoreSnapshot(ctx, devenv.SnapshotOptions{Options: options, Name: name, Yes: true})
	default:
		_, err = devenv.NewMigration(ctx, devenv.NewMigrationOptions{Options: options, Message: message, Mode: devenv.ModeReplace})
		if err == nil {
			return 0
		}
	}
	switch {
	case ctx.Err() != nil:
		return 130
	case err != nil:
		fmt.Fprintln(os.Stderr, err, report.HintOf(err), strings.Join(report.OutputOf(err), "\n"))
		return 1
	}
	return 0
}

// signaller sends its own process a signal when a step begins, and prints when each step begins.
type signaller struct{ step, signal string }

// Emit acts when a step begins.
func (s signaller) Emit(event report.Event) {
	started, ok := event.(report.StepStarted)
	if !ok {
		return
	}
	fmt.Println("step", started.Name)
	if started.Name == s.step {
		signals := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}
		if signal, ok := signals[s.signal]; ok {
			_ = syscall.Kill(os.Getpid(), signal)
		}
		fill(os.Getenv(childFill))
	}
}

// fill grows a file until its disk is full.
func fill(path string) {
	if path == "" {
		return
	}
	f, err := os.Create(path)
	for block := make([]byte, 1<<20); err == nil; {
		_, err = f.Write(block)
	}
	_ = f.Close() // the disk is full
}
