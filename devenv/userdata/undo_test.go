package userdata

import (
	"errors"
	"os/exec"
	"testing"
	"time"

	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
)

func TestUndoPassesOverWhatItCannotTakeBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Fatal(string(out), err)
	}
	repo, err := gitrepo.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := repo.Record(replacedRecord).Write(exchanges(time.Now(), "restore:2:90 reset:1:90")); err != nil {
		t.Fatal(err)
	}
	last := func() Replaced {
		r, err := LastToUndo(repo)
		if err != nil || r == nil {
			t.Fatal(r, err)
		}
		return *r
	}
	stopped := report.Fail(report.KindWork, "docker start db", "the engine does not answer")
	reset := last()
	if err := PassOver(repo, &reset, stopped); !errors.Is(err, stopped) || last().Command != "reset" {
		t.Errorf("after an error that may go away, undo goes on to %s: %v", last().Command, err)
	}
	lost := report.Fail(report.KindUsage, "", "undo: %w", gone("its data has been removed"))
	if err := PassOver(repo, &reset, lost); !errors.Is(err, lost) || last().Command != "restore" || report.HintOf(err) == "" {
		t.Errorf("after an error that stays, undo goes on to %s: %v", last().Command, err)
	}
}
