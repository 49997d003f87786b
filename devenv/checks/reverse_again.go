package checks

import (
	"fmt"

	"devenv/devenv/database/data"
	"devenv/devenv/report"
)

func reverseAgain() Check {
	return Check{
		ID: "reverse.again", Severity: report.StatusFail, Needs: []Trial{TrialSeeded, TrialData, TrialReverse},
		Asks: "does the migration upgrade again after its downgrade, and leave the same data?",
		Page: reverseAgainPage, Judge: sayFromScratch(judgeReverseAgain, reverseFromScratch),
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
		return unasked("the base's own head fails to upgrade again in the same way", failureEvidence(f, o.Baseline))
	case o.Failure != nil:
		return failedUpgrade(f, o, "fails when it is applied again after its downgrade")
	}
	if evidence := tripEvidence(f); len(evidence) > 0 {
		m := f.mender()
		up, down := m.Words().Upgrade, m.Words().Downgrade
		summary := "upgrades again after the downgrade, but leaves different data from the first time: " + evidence[0].Message
		finding := found(summary+more(len(evidence)-1),
			"make "+down+" undo what "+up+" does to the rows, or make "+up+
				" skip the rows that it has already changed (WHERE …, ON CONFLICT …)\n"+
				"or, if the second upgrade may differ:\n"+indented(m.waiver("reverse.again")), evidence...)
		finding.AtMost = report.StatusWarn // some data no downgrade can restore: report it, but do not fail
		return finding
	}
	return clean("upgrades again after the downgrade")
}

// tripEvidence returns what the second upgrade left different from the first.
func tripEvidence(f *Facts) []report.Evidence {
	var evidence []report.Evidence
	for _, c := range f.Reverse.Data.Trip {
		e, ok := lossEvidence(c)
		switch {
		case c.Kind == data.ValuesChanged && !c.Suspect:
			e, ok = changeEvidence(c), true
		case c.Kind == data.RowsAdded:
			e = report.Evidence{Table: c.Table, Rows: c.After - c.Before}
			e.Message, ok = fmt.Sprintf("%s has %s", shortObject(e), report.Count(e.Rows, "more row")), true
		}
		if ok {
			e.Revision, e.Detail = f.onlyRevision(), joined(e.Detail, "after upgrade, downgrade and upgrade, compared with one upgrade")
			evidence = append(evidence, e)
		}
	}
	return evidence
}

const reverseAgainPage = `After a downgrade, the migration must upgrade again and leave the same data as the first upgrade.

Why it matters: a rollback is followed by a second try. If the downgrade leaves a type, an index or a row behind, the
second try fails, in production, under pressure.

Example: the upgrade creates a table with its own enum type, and the downgrade drops only the table:

    op.drop_table("trips")

The next upgrade stops with 42710, type "trip_kind" already exists. If an upgrade multiplies every amount by 100 and the downgrade
is empty, the amounts are multiplied twice: that is a warning. Values that differ between any two upgrades (random values, now(),
ids of added rows) are not compared.

How to fix it: make downgrade() remove everything that upgrade() created.

How to allow it: # devenv: allow reverse.again -- reason
`
