package checks

import "devenv/devenv/report"

func reverseAgain() Check {
	return Check{
		ID: "reverse.again", Severity: report.StatusFail, Needs: []Trial{TrialReverse},
		Asks: "does the migration upgrade again after its downgrade?",
		Page: reverseAgainPage, Judge: judgeReverseAgain,
	}
}

func judgeReverseAgain(f *Facts) Finding {
	o := f.Reverse.Again
	switch {
	case !o.Ran && f.Reverse.Down.Failure != nil:
		return unasked("the downgrade failed (reverse.applies)")
	case !o.Ran:
		return unasked(f.whyNotRun())
	case o.Failure != nil && SameFailure(o.Failure, o.Baseline):
		return unasked("the base's own head cannot be upgraded again in the same way", failureEvidence(f, o.Baseline))
	case o.Failure != nil:
		return failedUpgrade(f, o, "fails when it is applied again after its downgrade")
	}
	return clean("upgrades again after the downgrade")
}

const reverseAgainPage = `After a downgrade the migration must upgrade again.

Why it matters: a rollback is followed by a second try. If the downgrade leaves a type, an index or a row behind, the
second try fails, in production, under pressure.

Example: the upgrade creates a table with an enum type of its own, the downgrade drops only the table:

    op.drop_table("trips")

The next upgrade stops with 42710, type "trip_kind" already exists.

How to mend: let downgrade() remove everything that upgrade() created.

How to allow it: # devenv: allow reverse.again -- reason
`
