package devenv_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"devenv/devenv"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// TestASnapshotKeepsTheWholeCluster also shares it between two worktrees of the repository.
func TestASnapshotKeepsTheWholeCluster(t *testing.T) {
	s := newOwnStack(t).inVolume()
	s.reset(devenv.ResetToBase)
	s.start()
	s.mark()
	s.sql("CREATE DATABASE another")
	o := devenv.SnapshotOptions{Options: s.options(), Name: "before-rename", Yes: true}
	began := time.Now()
	saved, err := devenv.SaveSnapshot(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	item := saved.Items[0].(devenv.SnapshotItem)
	if most := s.container("postgres").Started.Sub(began) + time.Second/10; time.Duration(item.StoppedMS)*time.Millisecond > most {
		t.Errorf("the database was stopped for %d ms, but ran again after %s", item.StoppedMS, most)
	}
	if item.StoppedMS == 0 || item.Major != "17" || len(item.Revisions) != 1 || item.Branch != strings.TrimSpace(s.git("branch",
		"--show-current")) {
		t.Errorf("%+v", item)
	}
	if image, _, err := s.engine.ImageInspect(t.Context(), item.Image); err != nil || image.Labels[database.LabelMadeBy] == "" {
		t.Errorf("without its name nobody could find it: %v %v", image.Labels, err)
	}
	if _, err := devenv.SaveSnapshot(t.Context(), o); report.KindOf(err) != report.KindUsage {
		t.Errorf("a name that is taken: %v", err)
	}
	o.Name = "auto-mine"
	if _, err := devenv.SaveSnapshot(t.Context(), o); report.KindOf(err) != report.KindUsage {
		t.Errorf("a reserved name: %v", err)
	}
	o.Name = "before-rename"
	s.sql("DROP DATABASE another")
	s.sql("DROP TABLE mine")
	if _, err := devenv.RestoreSnapshot(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if databases := s.sql("SELECT count(*) FROM pg_database WHERE datname = 'another'"); !s.marked() || databases != "1" {
		t.Error("the snapshot's data was not restored")
	}
	worktree := filepath.Join(t.TempDir(), "second")
	s.git("worktree", "add", "-q", worktree, sample.BaseBranch)
	o.Dir = worktree
	list, err := devenv.ListSnapshots(t.Context(), o)
	if err != nil || len(list.Items) != 1 {
		t.Errorf("the second worktree sees %v %v", list.Items, err)
	}
	here, err := devenv.ListSnapshots(t.Context(), devenv.SnapshotOptions{Options: s.options()})
	if err != nil || len(here.Items) != 2 || here.Items[0].(devenv.SnapshotItem).Location == "" {
		t.Errorf("the first, whose restore replaced data, sees %+v %v", here.Items, err)
	}
	s.isPulledElsewhere(item, worktree)
	s.becomesAnImage(here.Items[0].(devenv.SnapshotItem).Name)
	if _, err := devenv.RemoveSnapshots(t.Context(), o, []string{"before-rename", "none"}); report.KindOf(err) != report.KindUsage {
		t.Errorf("one name of two is wrong: %v", err)
	}
	unasked := devenv.SnapshotOptions{Options: s.options()}
	if _, err := devenv.RemoveSnapshots(t.Context(), unasked, []string{"before-rename"}); report.KindOf(err) != report.KindUsage ||
		!strings.Contains(err.Error(), "before-rename") || !strings.Contains(report.HintOf(err), "--yes") {
		t.Errorf("with nobody to ask: %v", err)
	}
	if _, err := devenv.RemoveSnapshots(t.Context(), o, []string{"before-rename"}); err != nil {
		t.Error(err)
	}
	if list, err = devenv.ListSnapshots(t.Context(), o); err != nil || len(list.Items) != 0 {
		t.Errorf("after removing it: %v %v", list.Items, err)
	}
	s.nothingLeft()
}

// becomesAnImage pushes what an exchange has replaced, which turns it into an image; undo finds it there.
func (s ownStack) becomesAnImage(name string) {
	s.Helper()
	if _, err := devenv.PushSnapshot(s.Context(), devenv.SnapshotOptions{Options: s.options(), Name: name, Yes: true}); err != nil {
		s.Fatal(err)
	}
	list, err := devenv.ListSnapshots(s.Context(), devenv.SnapshotOptions{Options: s.options()})
	if got := list.Items[0].(devenv.SnapshotItem); err != nil || got.Name != name || got.Image == "" || got.Location != "" {
		s.Errorf("after the push: %+v %v", got, err)
	}
	if _, err := devenv.Undo(s.Context(), devenv.UndoOptions{Options: s.options(), Yes: true}); err != nil {
		s.Fatal(err)
	}
	if databases := s.sql("SELECT count(*) FROM pg_database WHERE datname = 'another'"); databases != "0" {
		s.Error("undo did not restore what restore had replaced")
	}
	for _, item := range list.Items {
		if got := item.(devenv.SnapshotItem); got.Automatic != "" {
			yes := devenv.SnapshotOptions{Options: s.options(), Yes: true}
			if _, err := devenv.RemoveSnapshots(s.Context(), yes, []string{got.Name}); err != nil {
				s.Error(err)
			}
		}
	}
}
