package gitrepo

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"time"

	"devenv/devenv/report"
)

// Delivered is a delivery that was made and not undone.
type Delivered struct {
	Command string
	At      time.Time
	Files   []report.File
}

// LastDelivery returns the delivery that Undo would revert; false if there is none.
func (r *Repo) LastDelivery(_ context.Context) (Delivered, bool, error) {
	e, found, err := r.lastDelivery(func(string) {})
	if err != nil || !found {
		return Delivered{}, false, err
	}
	delivered := Delivered{Command: e.journal.Command, At: e.journal.At}
	for _, c := range e.journal.Changes {
		delivered.Files = append(delivered.Files, report.File{Path: c.Path, Action: c.Action})
	}
	return delivered, true, nil
}

// Written returns the content that devenv last wrote to a path of this worktree and that was not undone. It returns
// fs.ErrNotExist if there is none, or if it was so many deliveries ago that it is forgotten.
func (r *Repo) Written(name string) ([]byte, error) {
	names, err := r.deliveries()
	if err != nil {
		return nil, err
	}
	for n := len(names) - 1; n >= 0; n-- {
		e, begun, err := r.openDelivery(names[n], func(string) {})
		if err != nil {
			return nil, err
		}
		for i, c := range e.journal.Changes {
			if begun && c.Path == name && c.New != nil && e.journal.State == stateDone {
				return os.ReadFile(e.newFile(i))
			}
		}
	}
	return nil, fmt.Errorf("what devenv wrote to %s: %w", name, fs.ErrNotExist)
}
