package userdata

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database"
	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
)

// LastToUndo returns the last exchange of the user's own data that undo would take back, nil if there is none.
func LastToUndo(repo *gitrepo.Repo) (*Replaced, error) {
	all, err := readReplaced(repo)
	for _, r := range slices.Backward(all) {
		if r.Undoable() {
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

// gone says why an exchange can never be taken back.
type gone string

func (g gone) Error() string { return string(g) }

// DataBefore returns the data that an exchange replaced, to be restored. Last may be nil.
func (d *Database) DataBefore(ctx context.Context, last *Replaced) (NewData, error) {
	if last == nil {
		return NewData{}, report.Fail(report.KindUsage, "", "undo: there is nothing to take back")
	}
	from, err := d.findReplaced(ctx, *last)
	return NewData{From: from, Moves: from.Kept != "", To: "as before " + last.String(), Undoes: last.At}, err
}

// PassOver makes undo go on to what came before an exchange that can never be taken back, so that it does not stop
// there for good. It returns why not, and says so.
func PassOver(repo *gitrepo.Repo, last *Replaced, why error) error {
	if never := gone(""); !errors.As(why, &never) {
		return why
	}
	all, err := readReplaced(repo)
	for i := range all {
		all[i].Passed = all[i].Passed || all[i].At.Equal(last.At)
	}
	if err == nil {
		err = repo.Record(replacedRecord).Write(all)
	}
	hint := report.HintOf(why) + "\nif something came before it, to take that back: devenv undo"
	return errors.Join(report.Fail(report.KindOf(why), strings.TrimPrefix(hint, "\n"), "%w", why), err)
}

// findReplaced finds the data that an exchange replaced.
func (d *Database) findReplaced(ctx context.Context, r Replaced) (database.Source, error) {
	never := func(hint, why string) (database.Source, error) {
		return database.Source{}, report.Fail(report.KindUsage, hint, "undo %q: %w", "devenv "+r.Command, gone(why))
	}
	const others, removed = "see what else there is: devenv snapshot list", "the data it replaced has been removed"
	switch {
	case r.Snapshot == "":
		return never("remove the data if you want none: devenv down --volumes", "there was no data before")
	case r.Gone:
		return never(others, removed)
	case !r.inStore():
		snapshot, err := database.FindSnapshot(ctx, d.workspace.Engine, repositoryID(d.workspace.Repo), r.Snapshot)
		if report.KindOf(err) == report.KindUsage {
			return never(others, removed+" with its image")
		}
		return database.Source{Image: snapshot.ID}, err
	}
	there, err := r.Store.HasKept(ctx, d.workspace.Engine, r.Snapshot)
	switch {
	case err != nil:
		return database.Source{}, err
	case !there:
		return never(others, removed+" from "+r.Store.String())
	case r.Store.Mount != d.store.Mount, r.Store.Directory != d.store.Directory:
		return database.Source{}, report.Fail(report.KindUsage,
			"start the database there again, or give that data up: devenv snapshot remove "+r.Snapshot,
			"undo %q: the data it replaced is in %s, but the data of %s is now in %s",
			"devenv "+r.Command, r.Store, d.store.Service, d.store)
	}
	return database.Source{Kept: r.Snapshot}, nil
}
