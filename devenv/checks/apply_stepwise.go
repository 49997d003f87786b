package checks

import (
	"fmt"

	"devenv/devenv/report"
)

func applyStepwise() Check {
	return Check{
		ID: "apply.stepwise", Severity: report.StatusFail, Needs: []Trial{TrialSeeded, TrialScratch, TrialStepwise},
		Asks: "do one revision at a time and all in one run both work, with the same result?",
		Page: applyStepwisePage, Judge: nameNotCompared(judgeStepwise),
	}
}

func judgeStepwise(f *Facts) Finding {
	s := f.Stepwise
	switch {
	case s.Scratch.Ran && s.Scratch.Failure == nil && f.Scratch.Failure != nil && !SameFailure(f.Scratch.Failure, f.Scratch.Baseline):
		return oneRunFails(f, f.Scratch, "the whole history")
	case s.Seeded.Ran && s.Seeded.Failure == nil && f.Seeded.Failure != nil:
		return oneRunFails(f, f.Seeded, "the branch's revisions on the base's data")
	case s.Seeded.Failure != nil && f.Seeded.Failure == nil && f.Seeded.Ran:
		finding := failedUpgrade(f, s.Seeded, "works in one run with the others, and fails when revisions are applied one at a time")
		return finding
	case len(s.Differences) > 0:
		return stepsDiffer(f)
	case !f.Seeded.Ran, f.Seeded.Failure != nil:
		return unasked(f.whyNotRun())
	case !s.Compared && SameFailure(f.Scratch.Failure, f.Scratch.Baseline):
		return unasked("the base's own history fails on an empty database in one run", failureEvidence(f, f.Scratch.Baseline))
	case !s.Compared:
		return unasked("nothing to compare with: the branch has one revision, and the whole history was not applied")
	}
	return clean("one revision at a time and all in one run give the same schema")
}

// oneRunFails returns the finding for revisions that work one at a time and fail in one run.
func oneRunFails(f *Facts, o Outcome, what string) Finding {
	e := failureEvidence(f, o.Failure)
	e.Detail = joined(e.Detail, "one revision at a time works")
	m := f.mender()
	hint := m.mend(o.Failure, o.Offending)
	if o.Failure.SQLState == "55P04" {
		hint = "a new enum value can be used only after its transaction has been committed. Add it in a transaction of its own:\n" +
			indented(m.Alone(m.execute("ALTER TYPE … ADD VALUE …")))
		if each := m.Words().CommitEach; each != "" {
			hint += "\nor " + each
		}
	}
	return found(fmt.Sprintf("%s: one revision at a time works, all in one run fails: %s", what, o.Failure.Message), hint, e)
}

// stepsDiffer returns the finding for different results.
func stepsDiffer(f *Facts) Finding {
	evidence := make([]report.Evidence, 0, len(f.Stepwise.Differences))
	for _, d := range f.Stepwise.Differences {
		evidence = append(evidence, report.Evidence{
			Revision: f.onlyRevision(), Message: d.Object,
			Detail: fmt.Sprintf("%s: %s; %s: %s", f.Stepwise.One, orNothing(d.Was), f.Stepwise.Other, orNothing(d.Is)),
		})
	}
	summary := fmt.Sprintf("%s is not the same %s as %s", evidence[0].Message, f.Stepwise.One, f.Stepwise.Other)
	return found(summary+more(len(evidence)-1), "make the revision do the same on every database: no \"if exists\" around "+
		"what all of them need, no condition on data that only some have", evidence...)
}

// joined returns two details as one.
func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

const applyStepwisePage = `One revision at a time and all in one run must both work, and leave the same schema.

Why it matters: a developer upgrades every day, one revision at a time; production gets a week's revisions in one run, and a new
machine gets the whole history. By default they all run in one transaction, so what works in two can fail in one.

Example: two revisions. Run separately they work; in one run they stop with 55P04, unsafe use of new value.

    op.execute("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm'")

    op.execute("UPDATE members SET feeling = 'calm' WHERE feeling IS NULL")

How to fix it: give whatever needs its own transaction one:
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'meh'")
or make env.py commit after each revision, with transaction_per_migration=True.

Baseline: if the base's own history already fails in the same way, the answer is skip.

How to allow it: # devenv: allow apply.stepwise -- reason
`
