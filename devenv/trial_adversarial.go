package devenv

import (
	"context"
	"errors"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/witness"
	"devenv/devenv/step"
	"devenv/migrations/alembic"
)

// tryAdversarial upgrades a clone that holds rows made to break it, one for each restriction that the migration adds.
func (r *run) tryAdversarial(ctx context.Context, log *step.Log) (err error) {
	if !r.selection.Wants(checks.TrialAdversarial) || !r.upgraded() {
		log.Skipped("")
		return nil
	}
	defer r.spend(checks.TrialAdversarial, time.Now())
	restrictions := append(witness.Restrictions(&r.before.shape, &r.after.shape),
		witness.CastRestrictions(&r.before.shape, &r.after.shape, r.ownStatements())...)
	if len(restrictions) == 0 {
		log.Skipped("it asks nothing new of rows that were there")
		r.facts.Adversarial = checks.WitnessOutcome{Ran: true}
		return nil
	}
	fresh := func(ctx context.Context) (*database.Server, error) {
		return r.clone(ctx, r.base.WithData, database.NetworkAlias{})
	}
	d := &duel{
		run: r, fresh: fresh, whole: transactions(r.after.statements) <= 1,
		move: func(ctx context.Context, s *database.Server) (checks.Outcome, error) {
			outcome, _, err := r.upgrade(ctx, s)
			return outcome, err
		},
	}
	defer func() { err = errors.Join(err, d.end(ctx)) }()
	if err := d.renew(ctx); err != nil {
		return err
	}
	r.facts.Adversarial, err = d.fight(ctx, &r.before.shape, restrictions)
	if r.facts.Adversarial.Broken() {
		log.Faulty("a row that is legal today breaks it")
	}
	return err
}

// ownStatements are the statements of the branch's revisions.
func (r *run) ownStatements() []string {
	var own []string
	for _, s := range r.after.statements {
		if s.Revision != "" {
			own = append(own, s.SQL)
		}
	}
	return own
}

// tryWritten downgrades the upgraded database once more, with rows that the new schema takes and the old one does not. below
// is the shape that the first downgrade led to.
func (r *run) tryWritten(ctx context.Context, log *step.Log, below *catalog.Shape) (err error) {
	if len(witness.Restrictions(&r.after.shape, below)) == 0 {
		r.facts.Reverse.Written = checks.WitnessOutcome{Ran: true}
		return nil
	}
	d := &duel{
		run: r, server: r.seeded, whole: transactions(r.after.statements) <= 1,
		fresh: func(ctx context.Context) (*database.Server, error) {
			server, err := r.clone(ctx, r.base.WithData, database.NetworkAlias{})
			if err == nil {
				_, _, err = r.upgrade(ctx, server)
			}
			return server, err
		},
		move: func(ctx context.Context, s *database.Server) (checks.Outcome, error) {
			_, err := r.tool.Downgrade(ctx, r.tool.Database(s), downTarget(r.facts.BaseHeads), alembic.MoveOptions{})
			return r.outcome(err)
		},
	}
	defer func() { err = errors.Join(err, d.end(ctx)) }()
	if r.facts.Reverse.Again.Failure != nil || len(r.facts.Reverse.Differences) > 0 {
		if err := d.renew(ctx); err != nil { // the first database holds what the downgrade left behind
			return err
		}
	}
	above, err := r.shapeOf(ctx, d.server)
	if err != nil {
		return err
	}
	r.facts.Reverse.Written, err = d.fight(ctx, &above, witness.Restrictions(&above, below))
	if r.facts.Reverse.Written.Broken() {
		log.Faulty("it cannot be downgraded once rows were written")
	}
	return err
}
