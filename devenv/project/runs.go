package project

import (
	"context"
	"slices"
	"time"

	"devenv/devenv/database"
)

// runsRecord is the record of the worktree's state that names the runs which have begun and not ended: the one under way, and
// those that were killed.
const runsRecord = "runs"

// lateCommit is how long after a run was killed the engine may still complete the image that it was making for it.
const lateCommit = 5 * time.Minute

// begunRun is a run that has begun.
type begunRun struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// begin writes down that the run has begun, and removes the nameless images of runs that did not come to their end.
func (w *Workspace) begin(ctx context.Context) error {
	record := w.Repo.Record(runsRecord)
	var runs []begunRun
	if _, err := record.Read(&runs); err != nil {
		return err
	}
	for _, r := range runs {
		if err := w.Engine.SweepNameless(ctx, database.LabelMadeBy+"="+r.ID); err != nil {
			return err
		}
	}
	runs = slices.DeleteFunc(runs, func(r begunRun) bool { return time.Since(r.At) > lateCommit })
	w.held.begun = true
	return record.Write(append(runs, begunRun{ID: w.RunID, At: time.Now()}))
}

// end writes down that the run has come to its end.
func (w *Workspace) end() error {
	if !w.held.begun {
		return nil
	}
	record := w.Repo.Record(runsRecord)
	var runs []begunRun
	if _, err := record.Read(&runs); err != nil {
		return err
	}
	runs = slices.DeleteFunc(runs, func(r begunRun) bool { return r.ID == w.RunID })
	if len(runs) == 0 {
		return record.Remove()
	}
	return record.Write(runs)
}
