package project

import (
	"maps"
	"testing"

	"devenv/devenv/process"
)

func TestLabelsNameTheWorktreeAndTheRun(t *testing.T) {
	root := t.TempDir()
	without := IdentityOf(root)
	want := map[string]string{LabelWorktree: WorktreeID(root), LabelRoot: root, LabelProcess: process.Current().String()}
	if got := without.Labels(); !maps.Equal(got, want) {
		t.Errorf("without a run: %v, want %v", got, want)
	}
	run := without
	run.RunID, want[LabelRun] = "0a1b2c3d", "0a1b2c3d"
	if got := run.Labels(); !maps.Equal(got, want) {
		t.Errorf("with a run: %v, want %v", got, want)
	}
	if delete(want, LabelRoot); !maps.Equal(run.ImageLabels(), want) {
		t.Errorf("for an image: %v, want %v", run.ImageLabels(), want)
	}
}
