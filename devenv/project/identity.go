package project

import (
	"crypto/rand"
	"encoding/hex"
	"path/filepath"

	"devenv/devenv/inputs"
	"devenv/devenv/process"
)

// Labels of what a run makes on the engine; the sweep finds leftovers by them.
const (
	LabelRun      = "dev.devenv.run"
	LabelWorktree = "dev.devenv.worktree"
	LabelRoot     = "dev.devenv.root" // the worktree's path, for people
	LabelProcess  = "dev.devenv.process"
)

// Identity is what a run and its worktree are known by on the engine.
type Identity struct {
	// RunID is eight hex digits, empty where there is no run; WorktreeID is the same for every run in this worktree.
	RunID, WorktreeID string
	root              string
	process           process.Process
}

// IdentityOf is what the worktree at a path is known by, without a run. The same path is another worktree's in another container,
// and on another machine; the process tells them apart.
func IdentityOf(root string) Identity {
	return Identity{WorktreeID: WorktreeID(root), root: root, process: process.Current()}
}

func newRunID() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	return hex.EncodeToString(b[:])
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
	labels := i.ImageLabels()
	labels[LabelRoot] = i.root
	return labels
}

// ImageLabels are put on a container that becomes an image: some engines keep them in the image's JSON, where the worktree's path is
// nobody's business.
func (i Identity) ImageLabels() map[string]string {
	labels := map[string]string{LabelWorktree: i.WorktreeID, LabelProcess: i.process.String()}
	if i.RunID != "" {
		labels[LabelRun] = i.RunID
	}
	return labels
}

// Name is the name of something the run makes on the engine.
func (i Identity) Name(part string) string { return "devenv-" + i.RunID + "-" + part }
