package project

import (
	"crypto/rand"
	"encoding/hex"
	"path/filepath"

	"devenv/devenv/inputs"
	"devenv/devenv/process"
)

// Labels of what a run creates on the engine; the sweep finds leftovers by them.
const (
	LabelRun      = "dev.devenv.run"
	LabelWorktree = "dev.devenv.worktree"
	LabelRoot     = "dev.devenv.root" // the worktree's path, for people to read
	LabelProcess  = "dev.devenv.process"
)

// Identity identifies a run and its worktree on the engine.
type Identity struct {
	// RunID is eight hex digits, or empty outside a run; WorktreeID is the same for every run in this worktree.
	RunID, WorktreeID string
	root              string
	process           process.Process
}

// IdentityOf returns the identity of the worktree at a path, without a run. In another container or on another machine
// the same path is a different worktree; the label of the process tells them apart.
func IdentityOf(root string) Identity {
	return Identity{WorktreeID: WorktreeID(root), root: root, process: process.Current()}
}

// beside returns the identity of what works beside the worktree's own runs, with trees and leftovers of its own.
func (i Identity) beside() Identity {
	i.WorktreeID += "-beside"
	return i
}

func newRunID() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	return hex.EncodeToString(b[:])
}

// WorktreeID returns the value of the label dev.devenv.worktree for the worktree at a path.
func WorktreeID(root string) string {
	if real, err := filepath.EvalSymlinks(root); err == nil {
		root = real
	}
	return inputs.Hash(root)[:12]
}

// Labels returns the labels for everything the run creates on the engine.
func (i Identity) Labels() map[string]string {
	labels := i.ImageLabels()
	labels[LabelRoot] = i.root
	return labels
}

// ImageLabels returns the labels for a container that becomes an image. They leave out the worktree's path, because
// some engines keep them in the image's JSON.
func (i Identity) ImageLabels() map[string]string {
	labels := map[string]string{LabelWorktree: i.WorktreeID, LabelProcess: i.process.String()}
	if i.RunID != "" {
		labels[LabelRun] = i.RunID
	}
	return labels
}

// Name returns the name for something the run creates on the engine.
func (i Identity) Name(part string) string { return "devenv-" + i.RunID + "-" + part }
