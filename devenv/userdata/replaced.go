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

// replacedRecord is the record of the worktree's state that holds what exchanges have replaced, the oldest first.
const replacedRecord = "replaced"

// Replaced is an exchange that was completed, and where what it replaced is.
type Replaced struct {
	Command string    `json:"command"`
	At      time.Time `json:"at"`
	// Snapshot is the name under which what was there is kept; empty when there was no data.
	Snapshot string `json:"snapshot"`
	To       string `json:"to"`
	// Store keeps it; without a directory, an image does. Meta says what it is.
	Store database.Store        `json:"store,omitzero"`
	Meta  database.SnapshotMeta `json:"meta,omitzero"`
	// Gone says that it was removed since.
	Gone bool `json:"gone,omitempty"`
}

// remembered is how many exchanges the record has at most; what stores keep is less.
const remembered = 20

// inStore returns whether a store keeps it, beside the data.
func (r Replaced) inStore() bool { return r.Snapshot != "" && r.Store.Directory != "" }

// undoable returns whether undo would take it back: what undo itself did is not undone, so that a second undo goes further back.
func (r Replaced) undoable() bool { return r.Command != "undo" }

// readReplaced reads the record.
func readReplaced(repo *gitrepo.Repo) (all []Replaced, err error) {
	_, err = repo.Record(replacedRecord).Read(&all)
	return all, err
}

// remember keeps a completed exchange for undo. What an undo took back is forgotten: its data is the database's again.
func remember(repo *gitrepo.Repo, x Journal) error {
	all, err := readReplaced(repo)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(r Replaced) bool { return r.At.Equal(x.Undoes) || r.At.Equal(x.At) })
	done := Replaced{Command: x.Command, At: x.At, Snapshot: x.Snapshot, To: x.To, Store: x.Store, Meta: x.Replaced}
	if done.undoable() || done.Snapshot != "" {
		all = append(all, done)
	}
	return repo.Record(replacedRecord).Write(all[max(0, len(all)-remembered):])
}

// What stays of the data that exchanges have replaced: the last, which undo needs, and with it so many, so long, and so much
// beside it.
const (
	KeptCount = 5
	KeptDays  = 14
	KeptBytes = 4 << 30
)

// superfluous returns the exchanges whose old data a store need not keep longer.
func superfluous(all []Replaced, now time.Time) (gone []Replaced) {
	var count int
	var bytes int64
	undo := false
	for _, r := range slices.Backward(all) {
		if !r.inStore() {
			undo = undo || r.undoable()
			continue
		}
		count++
		needed := !undo && r.undoable() || count == 1
		undo = undo || r.undoable()
		if !needed {
			bytes += r.Meta.Bytes
		}
		if !needed && (count > KeptCount || bytes > KeptBytes || now.Sub(r.At) > KeptDays*24*time.Hour) {
			gone = append(gone, r)
		}
	}
	return gone
}

// tidyKept removes what stores need not keep longer. That it cannot is only said: the user's data is not concerned.
func tidyKept(ctx context.Context, w *project.Workspace) {
	all, err := readReplaced(w.Repo)
	for _, r := range superfluous(all, time.Now()) {
		if err == nil {
			err = forgetKept(ctx, w, r)
		}
	}
	if err != nil {
		w.Note("what exchanges replaced long ago could not be removed: " + err.Error())
	}
}

// forgetKept removes what a store keeps of one exchange, if it still does, and takes it out of the record.
func forgetKept(ctx context.Context, w *project.Workspace, r Replaced) error {
	there, err := r.Store.HasKept(ctx, w.Engine, r.Snapshot)
	if err == nil && there {
		w.Note(fmt.Sprintf("%s, what devenv %s replaced on %s, is no longer kept", r.Snapshot, r.Command, r.At.Local().Format("2006-01-02 15:04")))
		err = r.Store.RemoveKept(ctx, w.Engine, []string{r.Snapshot}, w.Labels())
	}
	if err != nil {
		return err
	}
	return forget(w.Repo, r.Snapshot)
}

// forget writes down that kept data is gone.
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

// Kept returns the exchanges whose old data a store still keeps, the newest first.
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
