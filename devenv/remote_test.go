package devenv_test

import (
	"errors"
	"strings"
	"testing"

	"devenv/compose/engine/enginetest"
	"devenv/devenv"
	"devenv/devenv/report"
)

// TestAnEngineOnAnotherMachineServesNamedVolumes but no directory of the host, which is that machine's.
func TestAnEngineOnAnotherMachineServesNamedVolumes(t *testing.T) {
	s := newOwnStack(t)
	remote := enginetest.Remote(t)
	s.Setenv("DOCKER_HOST", remote)
	_, err := devenv.Reset(t.Context(), devenv.ResetOptions{Options: s.options(), To: devenv.ResetToBase, Yes: true})
	if report.KindOf(err) != report.KindUsage || err == nil || !strings.Contains(err.Error(), "directory of another machine, which the engine at "+remote) {
		t.Errorf("a directory of the host: %v", err)
	}
	if err := s.down(); err != nil {
		t.Fatal(err)
	}
	s.inVolume()
	if code, said := s.child(childReset, "", ""); code != 0 {
		t.Fatalf("reset ended with %d:\n%s", code, said)
	}
	s.start()
	s.mark()
	o := devenv.SnapshotOptions{Options: s.options(), Name: "afar", Yes: true}
	_, saveErr := devenv.SaveSnapshot(t.Context(), o)
	s.sql("DROP TABLE mine")
	_, restoreErr := devenv.RestoreSnapshot(t.Context(), o)
	if err := errors.Join(saveErr, restoreErr); err != nil || !s.marked() {
		t.Errorf("save and restore: %v", err)
	}
	before := len(s.revisions())
	if code, said := s.child("Deposits", "", ""); code != 0 || len(s.revisions()) != before+1 {
		t.Errorf("new-migration ended with %d and %d revisions:\n%s", code, len(s.revisions()), said)
	}
	s.nothingLeft()
}

// down removes the containers of the own stack.
func (s ownStack) down() error {
	_, err := devenv.Down(s.Context(), devenv.DownOptions{Options: s.options()})
	return err
}
