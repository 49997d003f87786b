package devenv

import (
	"context"
	"errors"
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

// endCutOff ends what a command that was killed has begun with the user's own data, and removes the images that it made for itself
// or had no time to name.
func (w *workplace) endCutOff(ctx context.Context) error {
	done, err := settleExchange(ctx, w)
	if err != nil {
		return err
	}
	if done.remark != "" {
		w.say(done.remark)
	}
	w.tidyKept(ctx)
	return errors.Join(removeMade(ctx, w), w.begin(ctx))
}

// begin writes down that the run has begun, and removes the nameless images of runs that did not come to their end.
func (w *workplace) begin(ctx context.Context) error {
	record := w.repo.Record(runsRecord)
	var runs []begunRun
	if _, err := record.Read(&runs); err != nil {
		return err
	}
	for _, r := range runs {
		if err := w.engine.SweepNameless(ctx, database.LabelMadeBy+"="+r.ID); err != nil {
			return err
		}
	}
	runs = slices.DeleteFunc(runs, func(r begunRun) bool { return time.Since(r.At) > lateCommit })
	w.begun = true
	return record.Write(append(runs, begunRun{ID: w.runID, At: time.Now()}))
}

// end writes down that the run has come to its end.
func (w *workplace) end() error {
	if !w.begun {
		return nil
	}
	record := w.repo.Record(runsRecord)
	var runs []begunRun
	if _, err := record.Read(&runs); err != nil {
		return err
	}
	runs = slices.DeleteFunc(runs, func(r begunRun) bool { return r.ID == w.runID })
	if len(runs) == 0 {
		return record.Remove()
	}
	return record.Write(runs)
}
