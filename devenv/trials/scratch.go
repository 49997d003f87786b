package trials

import (
	"context"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/step"
	"devenv/migrations"
)

// rebuilt is an empty database that was upgraded through the whole history, and the outcome of that upgrade.
type rebuilt struct {
	server  *database.Server
	outcome checks.Outcome
}

// fromScratch upgrades an empty database through the whole history. If the upgrade of the base's data fails, this
// database takes the place of the migrated one in other trials, so that a single run finds all faults.
func fromScratch() trial {
	return trial{
		name: checks.TrialScratch, title: "scratch", finds: "does the whole history build the schema in an empty database?",
		offers: []anyResource{history, migrated}, seconds: 2, run: tryScratch,
	}
}

func tryScratch(ctx context.Context, p *pass, log *step.Log) (finding, error) {
	server, err := p.emptyDatabase(ctx)
	if err != nil {
		return nil, err
	}
	outcome, run, err := p.upgradeWith(ctx, server, migrations.MoveOptions{})
	if err != nil {
		return nil, err
	}
	if outcome.Failure != nil {
		log.Faulty(outcome.Failure.Error())
		if outcome.Baseline, err = p.Base.ScratchBaseline(); err != nil {
			return nil, err
		}
	}
	offer(p, history, &rebuilt{server: server, outcome: outcome})
	if outcome.Failure == nil && migrations.SameRevisions(run.Heads, p.migration.History.Heads()) {
		instead := *p.seeded
		instead.Server, instead.FromScratch = server, true
		offer(p, migrated, &instead)
	}
	return func(f *checks.Facts) { f.Scratch = outcome }, nil
}
