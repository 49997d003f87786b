package devenv_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/compose/engine"
	"devenv/devenv"
	"devenv/devenv/database"
	"devenv/devenv/report"
)

// TestAnInterruptedResetIsAsBeforeOrComplete tests the guarantee of every exchange, for each signal at each step.
func TestAnInterruptedResetIsAsBeforeOrComplete(t *testing.T) {
	t.Parallel()
	s := newOwnStack(t).inVolume()
	s.reset(devenv.ResetToBase)
	s.start()
	s.mark()
	for _, step := range []string{"copy", "stop", "swap", "start"} {
		for signal, want := range map[string]int{"INT": 130, "KILL": -1} {
			if signal == "INT" && step == "stop" {
				continue // as at copy
			}
			code, said := s.child(childReset, step, signal)
			if code != want || !strings.Contains(said, "step "+step+"\n") {
				t.Errorf("%s %s: it ended with %d:\n%s", step, signal, code, said)
			}
			dry := devenv.SnapshotOptions{Options: s.options(), Name: "any", DryRun: true}
			if _, err := devenv.SaveSnapshot(t.Context(), dry); err != nil {
				t.Fatalf("the command after %s at %s: %v", signal, step, err)
			}
			s.settled(step)
			if !s.marked() {
				if step != "start" && (step != "swap" || signal == "KILL") {
					t.Errorf("%s at %s lost the user's data", signal, step)
				}
				s.mark()
			}
		}
	}
	s.interruptRestoreAndUndo()
	s.leavesNoImage()
}

// leavesNoImage kills a reset that has made a temporary image; the next command removes that image.
func (s ownStack) leavesNoImage() {
	s.Helper()
	if code, said := s.child(childBranch, "copy", "KILL"); code != -1 {
		s.Errorf("it was not killed but ended with %d:\n%s", code, said)
	}
	const record = ".git/devenv/worktree/made.json"
	var ref string
	if err := json.Unmarshal([]byte(s.read(record)), &ref); err != nil {
		s.Fatal(err)
	}
	made := func() bool {
		_, there, err := s.engine.ImageInspect(s.Context(), ref)
		if err != nil {
			s.Fatal(err)
		}
		return there
	}
	if !made() {
		s.Fatalf("it made no image %s before it was killed", ref)
	}
	unnamedImage := s.unnamedImage()
	if _, err := devenv.SaveSnapshot(s.Context(), devenv.SnapshotOptions{Options: s.options(), Name: "any", DryRun: true}); err != nil {
		s.Fatal(err)
	}
	if made() || exists(filepath.Join(s.dir, record)) {
		s.Errorf("the next command did not remove %s or its record", ref)
	}
	if _, there, err := s.engine.ImageInspect(s.Context(), unnamedImage); there || err != nil {
		s.Errorf("the next command did not remove an unnamed image: %v", err)
	}
	s.settled("reset to the branch")
}

// unnamedImage creates an image as a killed run leaves it between creating and naming it.
func (s ownStack) unnamedImage() string {
	s.Helper()
	var runs []struct{ ID string }
	if err := json.Unmarshal([]byte(s.read(".git/devenv/worktree/runs.json")), &runs); err != nil || len(runs) == 0 {
		s.Fatalf("the killed run is not in the record: %v %v", runs, err)
	}
	id, err := s.engine.Commit(s.Context(), s.container("postgres").ID, engine.CommitOptions{
		Labels: map[string]string{database.LabelMadeBy: runs[len(runs)-1].ID},
	})
	if err != nil {
		s.Fatal(err)
	}
	return id
}

// interruptRestoreAndUndo kills both where they differ from reset: in what is recorded about them.
func (s ownStack) interruptRestoreAndUndo() {
	s.Helper()
	kept := s.reset(devenv.ResetToBase).Snapshot
	for _, c := range []struct {
		command, step string
		marked        bool
	}{{childRestore + kept, "start", true}, {childReset, "start", false}, {childUndo, "swap", false}, {childUndo, "start", true}} {
		if code, said := s.child(c.command, c.step, "KILL"); code != -1 {
			s.Errorf("%s: it was not killed but ended with %d:\n%s", c.command, code, said)
		}
		var next strings.Builder
		listener := noteFunc(func(said string) { next.WriteString(said + "\n") })
		list, err := devenv.Undo(s.Context(), devenv.UndoOptions{Options: devenv.Options{Dir: s.dir, Listener: listener}, DryRun: true})
		if err != nil {
			s.Fatalf("the command after %s at %s: %v", c.command, c.step, err)
		}
		if done := list.Items[0].(devenv.ResetItem); done.Undoes != (c.command == childUndo && c.step == "start") {
			s.Errorf("undo after %s that was killed at %s: %+v", c.command, c.step, done)
		}
		s.settled(c.command + " at " + c.step)
		if s.marked() != c.marked {
			s.Errorf("%s killed at %s: the data is marked: %v, want %v", c.command, c.step, !c.marked, c.marked)
		}
		if again := `would take back "devenv undo"`; strings.Contains(next.String(), again) {
			s.Errorf("after a killed undo, undo would go back and forth:\n%s", &next)
		}
	}
	if _, err := devenv.RemoveSnapshots(s.Context(), devenv.SnapshotOptions{Options: s.options(), Yes: true},
		[]string{s.reset(devenv.ResetToBase).Snapshot}); err != nil {
		s.Fatal(err)
	}
	if _, err := devenv.Undo(s.Context(), devenv.UndoOptions{
		Options: s.options(),
		DryRun:  true,
	}); err == nil || !strings.Contains(err.Error(), "has been removed") {
		s.Errorf("undo of a reset whose data was removed: %v", err)
	}
	if _, err := devenv.Undo(s.Context(), devenv.UndoOptions{Options: s.options(), Yes: true}); report.KindOf(err) != report.KindUsage ||
		!strings.Contains(report.HintOf(err), "came before it, to take that back: devenv undo") {
		s.Errorf("undo of a reset whose data was removed: %v", err)
	}
	if _, err := devenv.Undo(s.Context(), devenv.UndoOptions{Options: s.options(), DryRun: true}); err != nil {
		s.Errorf("undo is stuck: %v", err)
	}
	s.mark()
}

// settled expects the database to be running, and no trace of an exchange in its data or in the repository.
func (s ownStack) settled(step string) {
	s.Helper()
	if state := s.container("postgres").State; state != "running" {
		s.Errorf("%s: the database is %s", step, state)
	}
	if left := s.sql("SELECT name FROM pg_ls_dir('.devenv', true, false) AS name WHERE name NOT IN ('done', 'kept')"); left != "" {
		s.Errorf("%s: %s was left in the data", step, left)
	}
	if _, err := os.Stat(filepath.Join(s.dir, ".git/devenv/worktree/exchange.json")); err == nil {
		s.Errorf("%s: the journal was left", step)
	}
	s.nothingLeft()
}
