package devenv_test

import (
	"os"
	"strings"
	"testing"

	"devenv/compose/engine"
	"devenv/devenv"
	"devenv/devenv/report"
)

// startedAt does what another terminal would do when a step begins.
type startedAt struct {
	listener report.Listener
	step     string
	start    func()
}

// Emit acts when the step begins.
func (s startedAt) Emit(event report.Event) {
	s.listener.Emit(event)
	if started, ok := event.(report.StepStarted); ok && started.Name == s.step {
		s.start()
	}
}

// TestAnExchangeFailsIfTheDatabaseIsStarted has somebody start the database, or another one on its data, while
// a command has stopped it: the command exits with 1 and says who did that, and every row is still there, including
// those written since.
func TestAnExchangeFailsIfTheDatabaseIsStarted(t *testing.T) {
	t.Parallel()
	s := newOwnStack(t).inVolume()
	s.reset(devenv.ResetToBase)
	s.start()
	s.mark()
	s.saved("kept")
	for _, c := range []struct {
		command, step string
		starter       func() (string, func())
		do            func(devenv.Options) error
	}{
		{"reset", "swap", s.theStack, s.doReset},
		{"snapshot restore", "swap", s.another, s.doRestore},
		{"snapshot save", "copy", s.theStack, s.doSave},
		{"snapshot save", "copy", s.another, s.doSave},
	} {
		started, start := c.starter()
		o := s.options()
		o.Listener = startedAt{listener: o.Listener, step: c.step, start: start}
		err := c.do(o)
		if err == nil || report.KindOf(err) != report.KindWork || !strings.Contains(err.Error(), started) {
			t.Errorf("%s while %s runs ends with %v, want a failure that names it", c.command, started, err)
		}
		s.removeOthers()
		s.start()
		if !s.marked() {
			t.Fatalf("%s while %s runs lost the user's data", c.command, started)
		}
		if exists(s.dir + "/.git/devenv/worktree/exchange.json") {
			t.Errorf("%s while %s runs leaves its journal", c.command, started)
		}
	}
	if list, err := devenv.ListSnapshots(t.Context(), devenv.SnapshotOptions{Options: s.options()}); err != nil || len(list.Items) != 1 {
		t.Errorf("an inconsistent copy was kept: %+v %v", list.Items, err)
	}
	s.nothingLeft()
}

// saved saves the user's own database under a name.
func (s ownStack) saved(name string) {
	s.Helper()
	if _, err := devenv.SaveSnapshot(s.Context(), devenv.SnapshotOptions{Options: s.options(), Name: name}); err != nil {
		s.Fatal(err)
	}
}

func (s ownStack) doReset(o devenv.Options) error {
	_, err := devenv.Reset(s.Context(), devenv.ResetOptions{Options: o, To: devenv.ResetToBase, Yes: true})
	return err
}

func (s ownStack) doRestore(o devenv.Options) error {
	_, err := devenv.RestoreSnapshot(s.Context(), devenv.SnapshotOptions{Options: o, Name: "kept", Yes: true})
	return err
}

func (s ownStack) doSave(o devenv.Options) error {
	_, err := devenv.SaveSnapshot(s.Context(), devenv.SnapshotOptions{Options: o, Name: "torn"})
	return err
}

// theStack returns the stack's own database, and how somebody else starts it.
func (s ownStack) theStack() (name string, start func()) {
	server := s.container("postgres")
	return server.Name, func() { s.startContainer(server.ID) }
}

// another returns somebody else's container on the same volume, and how it is started.
func (s ownStack) another() (name string, start func()) {
	s.Helper()
	server := s.container("postgres")
	id, err := s.engine.CreateScript(s.Context(), engine.Script{
		Image: server.Image, Text: "exec sleep 600", Mounts: server.Mounts, Labels: map[string]string{otherLabel: s.dir},
	})
	if err != nil {
		s.Fatal(err)
	}
	made, err := s.engine.Inspect(s.Context(), id)
	if err != nil {
		s.Fatal(err)
	}
	return made.Name, func() { s.startContainer(id) }
}

func (s ownStack) startContainer(id string) {
	if err := s.engine.Start(s.Context(), id); err != nil {
		s.Error(err)
	}
}

// otherLabel is the label of the containers that another creates.
const otherLabel = "devenv-test-other"

// removeOthers removes what another has created.
func (s ownStack) removeOthers() {
	s.Helper()
	if _, err := s.engine.Sweep(s.Context(), otherLabel+"="+s.dir); err != nil {
		s.Fatal(err)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
