package project

import (
	"context"
	"slices"
	"time"

	"devenv/devenv/database"
)

// runsRecord is the record, in the worktree's state, of runs that have started and not ended: the current one, and
// those that were killed.
const runsRecord = "runs"

// runsBeside is the same record of what works beside those runs.
const runsBeside = "runs-beside"

// commitGrace is how long after a run was killed the engine may still complete an image for it.
const commitGrace = 5 * time.Minute

// startedRun is a run that has started.
type startedRun struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// begin records that the run has started, and removes unnamed images of runs that did not end properly.
func (w *Workspace) begin(ctx context.Context) error {
	record := w.Repo.Record(w.resources.runs)
	var runs []startedRun
	if _, err := record.Read(&runs); err != nil {
		return err
	}
	for _, r := range runs {
		if err := w.Engine.SweepNameless(ctx, database.LabelMadeBy+"="+r.ID); err != nil {
			return err
		}
	}
	runs = slices.DeleteFunc(runs, func(r startedRun) bool { return time.Since(r.At) > commitGrace })
	w.resources.begun = true
	return record.Write(append(runs, startedRun{ID: w.RunID, At: time.Now()}))
}

// end records that the run has ended.
func (w *Workspace) end() error {
	if !w.resources.begun {
		return nil
	}
	record := w.Repo.Record(w.resources.runs)
	var runs []startedRun
	if _, err := record.Read(&runs); err != nil {
		return err
	}
	runs = slices.DeleteFunc(runs, func(r startedRun) bool { return r.ID == w.RunID })
	if len(runs) == 0 {
		return record.Remove()
	}
	return record.Write(runs)
}
