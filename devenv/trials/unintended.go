package trials

import (
	"context"

	"devenv/devenv/checks"
	"devenv/devenv/step"
)

// unintended compares the catalogs before and after the upgrade with what its statements name.
func unintended() trial {
	return trial{
		name: checks.TrialUnintended, title: "unintended", finds: "did the upgrade take anything along that no statement names?",
		needs: []anyResource{upgraded}, seconds: 1, run: findUnintended,
	}
}

func findUnintended(_ context.Context, p *pass, _ *step.Log) (finding, error) {
	up := take(p, upgraded)
	outcome := checks.UnintendedOutcome{Ran: true}
	for _, lost := range up.before.Catalog.Collateral(up.after.Catalog, up.ownStatements()) {
		outcome.Lost = append(outcome.Lost, checks.UnintendedLoss{Loss: lost, Cause: up.cascade()})
	}
	return func(f *checks.Facts) { f.Unintended = outcome }, nil
}
