package devenv

import (
	"context"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/step"
	"devenv/migrations/alembic"
)

// tryStepwise compares one revision at a time with all in one run. The base's data was made by upgrades up to its head, and
// the empty database by one of the whole history: their results are compared for what the branch changed. The branch's
// revisions are applied one at a time when it has several, the history when it fails in one run.
func (r *run) tryStepwise(ctx context.Context, log *step.Log) error {
	if !r.selection.Wants(checks.TrialStepwise) || !r.facts.Seeded.Ran {
		log.Skipped("")
		return nil
	}
	defer r.spend(checks.TrialStepwise, time.Now())
	if len(r.facts.Revisions) > 1 {
		if err := r.stepOnData(ctx, log); err != nil {
			return err
		}
	}
	if f := r.facts.Scratch; f.Failure != nil && !checks.SameFailure(f.Failure, f.Baseline) {
		outcome, err := onClone(ctx, r, r.base.WithoutData, func(server *database.Server) (checks.Outcome, error) {
			return r.stepThrough(ctx, server, r.historyIDs())
		})
		r.facts.Stepwise.Scratch = outcome
		return err
	}
	if len(r.facts.Stepwise.Differences) == 0 {
		return r.compareWithScratch(ctx, log)
	}
	return nil
}

// stepOnData applies the branch's revisions one at a time to the base's data.
func (r *run) stepOnData(ctx context.Context, log *step.Log) error {
	ids := make([]string, 0, len(r.facts.Revisions))
	for _, revision := range r.facts.Revisions {
		ids = append(ids, revision.ID)
	}
	outcome, err := onClone(ctx, r, r.base.WithData, func(server *database.Server) (checks.Outcome, error) {
		outcome, err := r.stepThrough(ctx, server, ids)
		if err != nil || outcome.Failure != nil || !r.upgraded() {
			return outcome, err
		}
		schema, err := r.catalogOf(ctx, server)
		if err == nil {
			r.recordDifferences(r.after.catalog.Diff(schema), "in one run", "one revision at a time", log)
		}
		return outcome, err
	})
	r.facts.Stepwise.Seeded = outcome
	return err
}

// stepThrough upgrades a clone to one revision after the other.
func (r *run) stepThrough(ctx context.Context, server *database.Server, ids []string) (checks.Outcome, error) {
	for _, id := range ids {
		_, err := r.tool.Upgrade(ctx, r.tool.Database(server), id, alembic.MoveOptions{})
		if outcome, err := r.outcome(err); err != nil || outcome.Failure != nil {
			return outcome, err
		}
	}
	return checks.Outcome{Ran: true}, nil
}

// historyIDs are all revisions, parents first.
func (r *run) historyIDs() []string {
	ids := make([]string, 0, len(r.facts.History.Revisions))
	for _, revision := range r.facts.History.Revisions {
		ids = append(ids, revision.ID)
	}
	return ids
}

// compareWithScratch compares what the branch changed on the base's data with the same objects after the whole history.
func (r *run) compareWithScratch(ctx context.Context, log *step.Log) error {
	if !r.upgraded() || r.stage.scratch == nil || !r.facts.Scratch.Ran || r.facts.Scratch.Failure != nil {
		return nil
	}
	scratch, err := r.catalogOf(ctx, r.stage.scratch)
	if err != nil {
		return err
	}
	r.recordDifferences(r.ofBranch(scratch), "on the base's data", "after the whole history in one run", log)
	return nil
}

// ofBranch are the differences from a catalog that the branch has to do with: of objects that it changed, and of what belongs
// to these.
func (r *run) ofBranch(scratch catalog.Catalog) []catalog.Difference {
	changed := map[string]bool{}
	for _, d := range r.before.catalog.Diff(r.after.catalog) {
		changed[d.Object] = true
	}
	var differences []catalog.Difference
	for _, d := range r.after.catalog.Diff(scratch) {
		if changed[d.Object] || changed[r.after.catalog.Objects[d.Object].Parent] || changed[scratch.Objects[d.Object].Parent] {
			differences = append(differences, d)
		}
	}
	return differences
}

func (r *run) recordDifferences(differences []catalog.Difference, one, other string, log *step.Log) {
	r.facts.Stepwise.Compared = true
	if len(differences) > 0 {
		log.Faulty("the results differ")
		r.facts.Stepwise.Differences, r.facts.Stepwise.One, r.facts.Stepwise.Other = differences, one, other
	}
}
