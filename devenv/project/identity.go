package project

import (
	"crypto/rand"
	"encoding/hex"
	"path/filepath"

	"devenv/devenv/inputs"
)

// Labels of what a run makes on the engine; the sweep finds leftovers by them.
const (
	LabelRun      = "dev.devenv.run"
	LabelWorktree = "dev.devenv.worktree"
	LabelRoot     = "dev.devenv.root" // the worktree's path, for clean
)

// Identity is what a run and its worktree are known by on the engine.
type Identity struct {
	// RunID is eight hex digits; WorktreeID is the same for every run in this worktree.
	RunID, WorktreeID string
	root              string
}

func newIdentity(root string) Identity {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	return Identity{RunID: hex.EncodeToString(b[:]), WorktreeID: WorktreeID(root), root: root}
}

// WorktreeID is the value of the label dev.devenv.worktree for the worktree at a path.
func WorktreeID(root string) string {
	if real, err := filepath.EvalSymlinks(root); err == nil {
		root = real
	}
	return inputs.Hash(root)[:12]
}

// Labels are put on everything the run makes on the engine.
func (i Identity) Labels() map[string]string {
	return map[string]string{LabelRun: i.RunID, LabelWorktree: i.WorktreeID, LabelRoot: i.root}
}

// ImageLabels are put on a container that becomes an image: some engines keep them in the image's JSON, where the worktree's path is
// nobody's business.
func (i Identity) ImageLabels() map[string]string {
	return map[string]string{LabelRun: i.RunID, LabelWorktree: i.WorktreeID}
}

// Name is the name of something the run makes on the engine.
func (i Identity) Name(part string) string { return "devenv-" + i.RunID + "-" + part }
