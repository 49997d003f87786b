package userdata

import (
	"context"
	"fmt"
	"slices"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
)

// replacedRecord is the record, in the worktree's state, of what exchanges have replaced, oldest first.
const replacedRecord = "replaced"

// Replaced is a completed exchange, with where the data it replaced is.
type Replaced struct {
	Command string    `json:"command"`
	At      time.Time `json:"at"`
	// Snapshot is the name under which the old data is kept; empty if there was none.
	Snapshot string `json:"snapshot"`
	To       string `json:"to"`
	// Store keeps the old data; if it has no directory, an image does. Meta describes the data.
	Store database.Store        `json:"store,omitzero"`
	Meta  database.SnapshotMeta `json:"meta,omitzero"`
	// Gone is set once the data was removed, Passed once undo passes it over because it can never take it back.
	Gone   bool `json:"gone,omitempty"`
	Passed bool `json:"passed,omitempty"`
}

// maxRemembered is the maximum number of exchanges in the record; stores keep the data of fewer.
const maxRemembered = 20

// inStore reports whether a store keeps the old data, next to the current data.
func (r Replaced) inStore() bool { return r.Snapshot != "" && r.Store.Directory != "" }

// Undoable reports whether undo would take it back. What undo did is not undone, so that a second undo goes further
// back.
func (r Replaced) Undoable() bool { return r.Command != "undo" && !r.Passed }

// readReplaced reads the record.
func readReplaced(repo *gitrepo.Repo) (all []Replaced, err error) {
	_, err = repo.Record(replacedRecord).Read(&all)
	return all, err
}

// remember keeps a completed exchange for undo. It forgets the one that an undo took back: that data is in use again.
func remember(repo *gitrepo.Repo, x Journal) error {
	all, err := readReplaced(repo)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(r Replaced) bool { return r.At.Equal(x.Undoes) || r.At.Equal(x.At) })
	done := Replaced{Command: x.Command, At: x.At, Snapshot: x.Snapshot, To: x.To, Store: x.Store, Meta: x.Replaced}
	if done.Undoable() || done.Snapshot != "" {
		all = append(all, done)
	}
	return repo.Record(replacedRecord).Write(all[max(0, len(all)-maxRemembered):])
}

// Limits on what stays of replaced data: the last, which undo needs, and with it so many more, for so long, up to so
// much.
const (
	KeptCount = 5
	KeptDays  = 14
	KeptBytes = 4 << 30
)

// superfluous returns the exchanges whose old data a store need not keep any longer.
func superfluous(all []Replaced, now time.Time) (removed []Replaced) {
	var count int
	var bytes int64
	undo := false
	for _, r := range slices.Backward(all) {
		if !r.inStore() {
			undo = undo || r.Undoable()
			continue
		}
		count++
		needed := !undo && r.Undoable() || count == 1
		undo = undo || r.Undoable()
		if !needed {
			bytes += r.Meta.Bytes
		}
		if !needed && (count > KeptCount || bytes > KeptBytes || now.Sub(r.At) > KeptDays*24*time.Hour) {
			removed = append(removed, r)
		}
	}
	return removed
}

// tidyKept removes what stores need not keep any longer. A failure is only a note, because the user's data is not
// affected.
func tidyKept(ctx context.Context, w *project.Workspace) {
	all, err := readReplaced(w.Repo)
	for _, r := range superfluous(all, time.Now()) {
		if err == nil {
			err = forgetKept(ctx, w, r)
		}
	}
	if err != nil {
		w.Note("could not remove data that was replaced long ago: " + err.Error())
	}
}

// forgetKept removes what a store still keeps of one exchange, and removes it from the record.
func forgetKept(ctx context.Context, w *project.Workspace, r Replaced) error {
	there, err := r.Store.HasKept(ctx, w.Engine, r.Snapshot)
	if err == nil && there {
		w.Note(fmt.Sprintf("removed %s, the data that devenv %s replaced on %s", r.Snapshot, r.Command,
			r.At.Local().Format("2006-01-02 15:04")))
		err = r.Store.RemoveKept(ctx, w.Engine, []string{r.Snapshot}, w.Labels())
	}
	if err != nil {
		return err
	}
	return forget(w.Repo, r.Snapshot)
}

// forget records that kept data is gone.
func forget(repo *gitrepo.Repo, name string) error {
	all, err := readReplaced(repo)
	if err != nil {
		return err
	}
	for i, r := range all {
		if r.inStore() && r.Snapshot == name {
			all[i].Store, all[i].Gone = database.Store{}, true
		}
	}
	return repo.Record(replacedRecord).Write(all)
}

// Kept returns the exchanges whose old data a store still keeps, newest first.
func Kept(ctx context.Context, e *engine.Engine, repo *gitrepo.Repo) (kept []Replaced, err error) {
	all, err := readReplaced(repo)
	if err != nil {
		return nil, err
	}
	for _, r := range slices.Backward(all) {
		if !r.inStore() {
			continue
		}
		there, err := r.Store.HasKept(ctx, e, r.Snapshot)
		if err != nil {
			return nil, err
		}
		if there {
			kept = append(kept, r)
		}
	}
	return kept, nil
}
