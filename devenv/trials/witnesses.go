package trials

import (
	"context"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/witness"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
)

// witnesses upgrades a clone with rows that are meant to break the upgrade, one for each restriction that it adds.
func witnesses() trial {
	return trial{
		name: checks.TrialAdversarial, title: "witnesses", finds: "does a row that is legal on the base break the upgrade?",
		needs: []anyResource{upgraded}, seconds: 4, run: tryWitnesses,
	}
}

func tryWitnesses(ctx context.Context, p *pass, log *step.Log) (finding, error) {
	up := take(p, upgraded)
	restrictions := append(witness.Restrictions(&up.before.Shape, &up.after.Shape),
		witness.CastRestrictions(&up.before.Shape, &up.after.Shape, up.ownStatements())...)
	if len(restrictions) == 0 {
		log.Skipped("it adds no restriction on existing rows")
		return func(f *checks.Facts) { f.Adversarial = checks.WitnessOutcome{Ran: true} }, nil
	}
	e := &elimination{
		pass: p, atomic: up.isAtomic(),
		fresh: func(ctx context.Context) (*database.Server, error) {
			return p.clone(ctx, p.Base.WithData, testbed.CloneOptions{})
		},
		move: func(ctx context.Context, s *database.Server) (checks.Outcome, error) {
			outcome, err := p.upgrade(ctx, s)
			return outcome, err
		},
	}
	if err := e.replaceDatabase(ctx); err != nil {
		return nil, err
	}
	outcome, err := e.judge(ctx, &up.before.Shape, restrictions)
	if outcome.Broken() {
		log.Faulty("a row that is legal today breaks it")
	}
	return func(f *checks.Facts) { f.Adversarial = outcome }, err
}
