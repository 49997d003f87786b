package devenv_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/compose/engine/enginetest"
	"devenv/devenv"
	"devenv/devenv/report"
)

// TestAnEngineOnAnotherMachineServesNamedVolumes also checks that a directory of the host is refused, because it is on
// that machine.
func TestAnEngineOnAnotherMachineServesNamedVolumes(t *testing.T) {
	s := newOwnStack(t)
	remote := enginetest.Remote(t)
	s.Setenv("DOCKER_HOST", remote)
	_, err := devenv.Reset(t.Context(), devenv.ResetOptions{Options: s.options(), To: devenv.ResetToBase, Yes: true})
	if report.KindOf(err) != report.KindUsage || err == nil || !strings.Contains(err.Error(),
		"directory of another machine, the one with the engine at "+remote) {
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

// TestAnEngineOverSSHServesTheStack also checks that a command that starts databases says how to reach them.
func TestAnEngineOverSSHServesTheStack(t *testing.T) {
	s := newOwnStack(t)
	programs := checkout{T: t, dir: t.TempDir()}
	programs.write("ssh", "#!/bin/sh\nexec docker -H "+s.engine.Endpoint().Host+" system dial-stdio\n")
	if err := os.Chmod(filepath.Join(programs.dir, "ssh"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.Setenv("PATH", programs.dir+":"+os.Getenv("PATH"))
	o := s.options()
	o.Host = "ssh://nobody@elsewhere.invalid"
	if status, err := devenv.Status(t.Context(), o); err != nil || len(status.Items) == 0 {
		t.Errorf("status: %+v %v", status.Items, err)
	}
	_, err := devenv.Reset(t.Context(), devenv.ResetOptions{Options: o, DryRun: true})
	if err == nil || !strings.Contains(err.Error(), o.Host) || !strings.Contains(report.HintOf(err), "DOCKER_HOST=tcp://") {
		t.Errorf("reset: %v\n%s", err, report.HintOf(err))
	}
}

// down removes the containers of the user's own stack.
func (s ownStack) down() error {
	_, err := devenv.Down(s.Context(), devenv.DownOptions{Options: s.options()})
	return err
}
