package userdata

import (
	"context"

	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
)

// Recover completes what a killed command began to do with the user's own data, and removes the temporary image it
// made.
func Recover(ctx context.Context, w *project.Workspace) error {
	done, err := settle(ctx, w)
	if err != nil {
		return err
	}
	if done.remark != "" {
		w.Note(done.remark)
	}
	tidyKept(ctx, w)
	return RemoveMade(ctx, w)
}

// madeRecord is the record, in the worktree's state, of the temporary image made for an exchange.
const madeRecord = "made"

// RecordMade records a temporary image before it is made for an exchange, so that the next command removes it if this
// one cannot.
func RecordMade(repo *gitrepo.Repo, ref string) error { return repo.Record(madeRecord).Write(ref) }

// RemoveMade removes the image that RecordMade recorded, in this command or in one that was killed.
func RemoveMade(ctx context.Context, w *project.Workspace) error {
	record := w.Repo.Record(madeRecord)
	var ref string
	found, err := record.Read(&ref)
	if err != nil || !found {
		return err
	}
	if err := w.Engine.RemoveImage(ctx, ref, true); err != nil {
		return err
	}
	return record.Remove()
}
