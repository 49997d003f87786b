package checks

import (
	"cmp"

	"devenv/devenv/report"
)

func applyScratch() Check {
	return Check{
		ID: "apply.scratch", Severity: report.StatusFail, Needs: []Trial{TrialScratch}, Uses: []Trial{TrialSeeded},
		Asks: "does the whole history upgrade an empty database?",
		Page: applyScratchPage, Judge: judgeScratch,
	}
}

func judgeScratch(f *Facts) Finding {
	o := f.Scratch
	switch {
	case !o.Ran:
		return unasked(f.whyNotRun())
	case o.Failure != nil && SameFailure(o.Failure, o.Baseline):
		return unasked("the base's own history fails on an empty database in the same way", failureEvidence(f, o.Baseline))
	case o.Failure != nil:
		finding := failedUpgrade(f, o, "fails in an upgrade from an empty database")
		if SameFailure(o.Failure, f.Seeded.Failure) && o.Failure.Statement == f.Seeded.Failure.Statement {
			finding.Hint = f.mender().mend(o.Failure, f.Seeded.Offending) // which knows the names
		}
		if o.Failure.SQLState == "42703" && f.ownerOf(o.Failure.Revision) != "yours" {
			finding.Hint = cmp.Or(f.mender().Words().Describe, finding.Hint)
		}
		return finding
	}
	if f.Database.Any() {
		return clean("the whole history upgrades an empty database that the branch's own service and init scripts made")
	}
	return clean("the whole history upgrades an empty database")
}

const applyScratchPage = `The whole history, from the first revision to yours, must upgrade an empty database (after initdb and the project's
init scripts).

Why it matters: every new developer, every CI job and every new installation starts from nothing. A data migration that
needs a row, or imports a model that has since grown, works on your database today and stops all of them.

Example:

    op.execute("INSERT INTO mascots (team_id) VALUES ((SELECT id FROM teams WHERE name = 'red'))")

into a NOT NULL column: there is no team yet (23502).

How to fix it: make data migrations cope with empty tables, and describe the tables they need with sa.table() inside the
revision instead of importing the application's models.

Baseline: if the base's own history already fails in the same way, the answer is skip, with the base's error.

How to allow it: # devenv: allow apply.scratch -- reason
`
