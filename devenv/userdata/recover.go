package userdata

import (
	"context"

	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
)

// Recover ends what a command that was killed has begun with the user's own data, and removes the image that it made for itself.
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

// madeRecord is the record of the worktree's state that names the image which an exchange's data is made as, for it alone.
const madeRecord = "made"

// RecordMade writes down the image that is about to be made for one exchange alone, so that the next command removes it if this
// one cannot.
func RecordMade(repo *gitrepo.Repo, ref string) error { return repo.Record(madeRecord).Write(ref) }

// RemoveMade removes the image that RecordMade named, in this command or in one that was killed.
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
