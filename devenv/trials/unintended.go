package trials

import (
	"context"

	"devenv/devenv/checks"
	"devenv/devenv/step"
)

// unintended looks for objects that the upgrade dropped although none of its statements names them.
func unintended() trial {
	return trial{
		name: checks.TrialUnintended, title: "unintended", finds: "did the upgrade drop anything that no statement names?",
		needs: []anyResource{upgraded}, seconds: 1, run: findUnintended,
	}
}

func findUnintended(_ context.Context, p *pass, log *step.Log) (finding, error) {
	up := take(p, upgraded)
	if len(up.statements) == 0 {
		p.why = p.Tool.About() + " does not report the statements that it runs"
		log.Skipped(p.why)
		return func(f *checks.Facts) { f.Unable[checks.TrialUnintended] = p.why }, nil
	}
	outcome, cause := checks.UnintendedOutcome{Ran: true}, up.cascade()
	for _, lost := range up.before.Catalog.Collateral(up.after.Catalog, up.ownStatements()) {
		outcome.Lost = append(outcome.Lost, checks.UnintendedLoss{Loss: lost, Cause: cause})
	}
	return func(f *checks.Facts) { f.Unintended = outcome }, nil
}
