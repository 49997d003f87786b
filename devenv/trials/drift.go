package trials

import (
	"context"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/devenv/tool"
	"devenv/migrations"
)

// drift runs autogenerate again on the migrated database, or on the base's if the branch adds no revision, and compares
// the database's catalog with that of the models.
func drift() trial {
	return trial{
		name: checks.TrialDrift, title: "drift", finds: "do models and migrations agree, by autogenerate and by the catalog?",
		parts: []checks.Trial{checks.TrialModels}, needs: []anyResource{migrated}, seconds: 1,
		able: func(t *tool.Tool) error { _, err := t.Generator(); return err }, run: tryDrift,
	}
}

func tryDrift(ctx context.Context, p *pass, _ *step.Log) (finding, error) {
	migrated := take(p, migrated)
	drift, err := p.compareAgain(ctx, migrated)
	if err != nil {
		return nil, err
	}
	models := p.migration.Models
	if !models.Ran {
		defer p.timed(checks.TrialModels, time.Now())
		models, err = p.CompareModels(ctx, migrated, drift.Operations)
		err = p.partly(ctx, checks.TrialModels, err)
	}
	return func(f *checks.Facts) { f.Drift, f.Models = drift, models }, err
}

// compareAgain runs autogenerate on the migrated database.
func (p *pass) compareAgain(ctx context.Context, migrated *testbed.Seeded) (drift checks.DriftOutcome, err error) {
	generator, err := p.Tool.Generator()
	if err != nil {
		return drift, err
	}
	drift.FromScratch = migrated.FromScratch != nil
	err = migrated.Use(ctx, func(server *database.Server) (err error) {
		operations, err := generator.Autogenerate(ctx, p.Tool.Database(server))
		left, known := migrations.Subtract(operations, p.Noise())
		drift.Operations, drift.Known = left, len(known)
		drift.Outcome, err = p.resultOf(ctx, server, err)
		return err
	})
	if err == nil {
		drift.NoModels, err = p.NoModels(drift.Failure)
	}
	return drift, err
}
