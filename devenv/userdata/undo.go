package userdata

import (
	"context"
	"fmt"
	"slices"

	"devenv/devenv/database"
	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
)

// LastToUndo returns the last exchange of the user's own data that undo would take back, nil if there is none.
func LastToUndo(repo *gitrepo.Repo) (*Replaced, error) {
	all, err := readReplaced(repo)
	for _, r := range slices.Backward(all) {
		if r.undoable() {
			return &r, err
		}
	}
	return nil, err
}

// TookBack reports whether an undo was completed: then the exchange it took back is no longer in the record.
func TookBack(repo *gitrepo.Repo, j Journal) (bool, error) {
	all, err := readReplaced(repo)
	return err == nil && !slices.ContainsFunc(all, func(r Replaced) bool { return r.At.Equal(j.Undoes) }), err
}

// String returns which command it was, and when.
func (r Replaced) String() string {
	return fmt.Sprintf("%q of %s", "devenv "+r.Command, r.At.Local().Format("2006-01-02 15:04:05"))
}

// CheckUndo refuses an exchange that cannot be taken back. Last may be nil.
func CheckUndo(last *Replaced) error {
	switch {
	case last == nil:
		return report.Fail(report.KindUsage, "", "undo: there is nothing to take back")
	case last.Gone:
		return report.Fail(report.KindUsage, "see what else there is: devenv snapshot list",
			"undo %q: the data it replaced has been removed",
			"devenv "+last.Command)
	case last.Snapshot == "":
		return report.Fail(report.KindUsage, "remove the data if you want none: docker compose down --volumes",
			"undo %q: there was no data before", "devenv "+last.Command)
	}
	return nil
}

// DataBefore returns the data that an exchange replaced, to be restored.
func (d *Database) DataBefore(ctx context.Context, r Replaced) (NewData, error) {
	from, err := d.findReplaced(ctx, r)
	return NewData{From: from, Moves: from.Kept != "", To: "as before " + r.String(), Undoes: r.At}, err
}

// findReplaced finds the data that an exchange replaced.
func (d *Database) findReplaced(ctx context.Context, r Replaced) (database.Source, error) {
	if !r.inStore() {
		snapshot, err := database.FindSnapshot(ctx, d.workspace.Engine, repositoryID(d.workspace.Repo), r.Snapshot)
		return database.Source{Image: snapshot.ID}, err
	}
	there, err := r.Store.HasKept(ctx, d.workspace.Engine, r.Snapshot)
	switch {
	case err != nil:
		return database.Source{}, err
	case !there:
		return database.Source{}, report.Fail(report.KindUsage, "see what else there is: devenv snapshot list",
			"undo %q: the data it replaced is no longer in %s", "devenv "+r.Command, r.Store)
	case r.Store.Mount != d.store.Mount, r.Store.Directory != d.store.Directory:
		return database.Source{}, report.Fail(report.KindUsage, "",
			"undo %q: the data it replaced is in %s, but the data of %s is now in %s",
			"devenv "+r.Command, r.Store, d.store.Service, d.store)
	}
	return database.Source{Kept: r.Snapshot}, nil
}
