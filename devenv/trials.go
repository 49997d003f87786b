package devenv

import (
	"context"
	"errors"
	"sync"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/step"
	"devenv/migrations"
	"devenv/migrations/alembic"
)

// runTrials does everything that the wanted checks need, on scenarios, and records it as facts. What a trial finds is no
// error; an error means that a trial could not be done.
func (r *run) runTrials(ctx context.Context) error {
	if err := r.readGraph(ctx); err != nil {
		return err
	}
	if err := checks.ValidateWaivers(r.facts.Revisions); err != nil {
		return err
	}
	if r.facts.NothingToTry = r.obstacle(); r.facts.NothingToTry != "" {
		if len(r.facts.Revisions) == 0 && len(r.facts.History.Problems) == 0 {
			return r.Run(ctx, step.New("drift", r.tryDrift))
		}
		return nil
	}
	applied, scratched, repeated := make(chan struct{}), make(chan struct{}), make(chan struct{})
	return r.Run(ctx, r.Together(
		r.InOrder(
			step.New("apply", func(ctx context.Context, log *step.Log) error { defer close(applied); return r.trySeeded(ctx, log) }),
			r.Together(
				step.New("drift", r.tryDrift),
				step.New("writes", r.trySmoke),
			),
			step.New("reverse", r.tryReverse),
		),
		step.New("scratch", func(ctx context.Context, log *step.Log) error { defer close(scratched); return r.tryScratch(ctx, log) }),
		step.New("stepwise", step.After(r.tryStepwise, applied, scratched)),
		step.New("atomic", step.After(r.tryAtomic, applied)),
		step.New("witnesses", step.After(r.tryAdversarial, applied)),
		step.New("repeat", step.After(r.tryRepeat(sync.OnceFunc(func() { close(repeated) })), applied)),
		step.New("start branch", r.startTrial(checks.TrialStartBranch, applied, repeated)),
		step.New("start base", r.startTrial(checks.TrialStartBase, applied, repeated)),
	))
}

// obstacle says why no database can be upgraded, empty when it can.
func (r *run) obstacle() string {
	heads := r.facts.History.Heads()
	switch {
	case len(r.facts.History.Problems) > 0:
		return "the history is broken (history.parent)"
	case len(heads) > max(1, len(r.facts.BaseHeads)):
		return "the history has several heads (history.heads)"
	case len(r.facts.Revisions) == 0:
		return "the branch adds no revision"
	}
	for _, head := range r.facts.BaseHeads {
		if _, ok := r.facts.History.Find(head); !ok {
			return "the base's revision " + head + " is gone, and databases are at it (history.edited)"
		}
	}
	return ""
}

// spend adds to a trial's time.
func (r *run) spend(t checks.Trial, began time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.facts.Spent[t] += time.Since(began)
}

// upgrade upgrades a server to the head; the tool's own failure is an outcome and no error.
func (r *run) upgrade(ctx context.Context, s *database.Server) (checks.Outcome, alembic.Run, error) {
	return r.upgradeWith(ctx, s, alembic.MoveOptions{})
}

func (r *run) upgradeWith(ctx context.Context, s *database.Server, o alembic.MoveOptions) (checks.Outcome, alembic.Run, error) {
	run, err := r.tool.Upgrade(ctx, r.tool.Database(s), r.target(), o)
	outcome, err := r.outcome(err)
	return outcome, run, err
}

// target is what an upgrade goes to: one head, or the several that the base has.
func (r *run) target() string {
	if len(r.facts.History.Heads()) > 1 {
		return "heads"
	}
	return "head"
}

// outcome sorts what the tool returned: its answer, or an error of ours.
func (r *run) outcome(err error) (checks.Outcome, error) {
	var failure *migrations.Failure
	if errors.As(err, &failure) {
		if path, mapErr := r.tool.RepositoryPath(failure.File); mapErr == nil {
			failure.File = path
		}
		return checks.Outcome{Ran: true, Failure: failure}, nil
	}
	return checks.Outcome{Ran: err == nil}, err
}

// trySeeded upgrades the clone of the base's data and compares the data before and after.
func (r *run) trySeeded(ctx context.Context, log *step.Log) error {
	defer r.spend(checks.TrialSeeded, time.Now())
	if err := r.renewSeeded(ctx); err != nil {
		return err
	}
	outcome, run, err := r.upgradeWith(ctx, r.seeded, alembic.MoveOptions{Transactions: r.selection.Wants(checks.TrialAtomic)})
	if err != nil {
		return err
	}
	r.after.statements = run.Statements
	if outcome.Failure != nil {
		log.Faulty(outcome.Failure.Error())
		outcome.Offending, err = r.offendingRows(ctx, outcome.Failure, run.Statements)
	} else {
		outcome.Unrecorded = !migrations.SameRevisions(run.Heads, r.facts.History.Heads())
		err = errors.Join(r.compareData(ctx), r.readAfter(ctx))
		r.findRenames()
	}
	r.facts.Seeded = outcome
	r.takeNotes()
	return err
}

// renewSeeded takes a fresh clone when the branch's own revisions have already been applied to the first.
func (r *run) renewSeeded(ctx context.Context) error {
	if !r.brought {
		return nil
	}
	fresh, err := r.clone(ctx, r.base.WithData, database.NetworkAlias{})
	if err != nil {
		return err
	}
	r.seeded = fresh
	return nil
}

// upgraded says that the upgrade worked and left the database where the next trials can go on.
func (r *run) upgraded() bool {
	return r.facts.Seeded.Ran && r.facts.Seeded.Failure == nil && !r.facts.Seeded.Unrecorded
}

// tryDrift runs autogenerate again on the upgraded database, or on the base's when the branch adds no revision, and compares
// its catalog with the models'.
func (r *run) tryDrift(ctx context.Context, log *step.Log) error {
	if !r.selection.Wants(checks.TrialDrift) || (len(r.facts.Revisions) > 0 && !r.upgraded()) {
		log.Skipped("")
		return nil
	}
	defer r.spend(checks.TrialDrift, time.Now())
	operations, err := r.tool.Autogenerate(ctx, r.tool.Database(r.seeded))
	outcome, err := r.outcome(err)
	if err != nil {
		return err
	}
	left, _ := migrations.Subtract(operations, r.base.Noise)
	r.facts.Drift = checks.DriftOutcome{Outcome: outcome, Operations: left}
	return r.tryModels(ctx)
}

// tryReverse downgrades to the base's head, compares the schema with the base's, and upgrades again.
func (r *run) tryReverse(ctx context.Context, log *step.Log) error {
	if !r.selection.Wants(checks.TrialReverse) || !r.upgraded() || len(r.facts.BaseHeads) > 1 {
		log.Skipped("")
		return nil
	}
	defer r.spend(checks.TrialReverse, time.Now())
	_, err := r.tool.Downgrade(ctx, r.tool.Database(r.seeded), downTarget(r.facts.BaseHeads), alembic.MoveOptions{})
	down, err := r.outcome(err)
	if err != nil {
		return err
	}
	if down.Failure != nil {
		log.Faulty(down.Failure.Error())
		baseline, baseErr := r.reverseBaseline(ctx)
		rows, rowsErr := offendingIn(ctx, r.seeded, down.Failure)
		down.Baseline, down.Offending = baseline, rows
		r.facts.Reverse.Down = down
		return errors.Join(baseErr, rowsErr)
	}
	schema, err := r.readCatalog(ctx)
	if err != nil {
		return err
	}
	below, err := r.shapeOf(ctx, r.seeded)
	if err != nil {
		return err
	}
	reversed, err := r.compareReversed(ctx)
	if err != nil {
		return err
	}
	again, _, err := r.upgrade(ctx, r.seeded)
	r.facts.Reverse = checks.ReverseOutcome{Down: down, Again: again, Data: reversed, SchemaRead: true, Differences: r.before.catalog.Diff(schema)}
	if err == nil {
		err = r.tellRoundTrip(ctx, again)
	}
	if err != nil {
		return err
	}
	return r.tryWritten(ctx, log, &below)
}

// downTarget is the base's head, or Alembic's word for nothing.
func downTarget(heads []string) string {
	if len(heads) == 0 {
		return "base"
	}
	return heads[0]
}

// reverseBaseline downgrades the base's own head by one on a fresh clone: whether that ever worked.
func (r *run) reverseBaseline(ctx context.Context) (*migrations.Failure, error) {
	if len(r.facts.BaseHeads) == 0 {
		return nil, nil
	}
	return onClone(ctx, r, r.base.WithData, func(server *database.Server) (*migrations.Failure, error) {
		_, err := r.tool.Downgrade(ctx, r.tool.Database(server), "-1", alembic.MoveOptions{})
		outcome, err := r.outcome(err)
		return outcome.Failure, err
	})
}

// tryScratch upgrades an empty database through the whole history.
func (r *run) tryScratch(ctx context.Context, log *step.Log) error {
	if r.stage.scratch == nil {
		log.Skipped("")
		return nil
	}
	defer r.spend(checks.TrialScratch, time.Now())
	outcome, _, err := r.upgrade(ctx, r.stage.scratch)
	if err != nil {
		return err
	}
	if outcome.Failure != nil {
		log.Faulty(outcome.Failure.Error())
		outcome.Baseline, err = r.base.ScratchBaseline()
	}
	r.facts.Scratch = outcome
	return err
}

// readCatalog reads the schema of the clone of the base's data.
func (r *run) readCatalog(ctx context.Context) (catalog.Catalog, error) {
	return r.catalogOf(ctx, r.seeded)
}

// catalogOf reads the schema of a server.
func (r *run) catalogOf(ctx context.Context, s *database.Server) (catalog.Catalog, error) {
	schema, err := database.Ask(ctx, s, catalog.Read)
	r.Redactor.Keep(namesIn(schema)...)
	return schema, err
}

// takeFingerprint reads what the clone of the base's data holds.
func (r *run) takeFingerprint(ctx context.Context) (data.Fingerprint, error) {
	return database.Ask(ctx, r.seeded, data.Take)
}
