package checks

import (
	"fmt"
	"strings"

	"devenv/devenv/report"
)

func reverseApplies() Check {
	return Check{
		ID: "reverse.applies", Severity: report.StatusWarn, Needs: []Trial{TrialSeeded, TrialReverse},
		Asks: "does the migration downgrade, with the data there?",
		Page: reverseAppliesPage, Judge: judgeReverseApplies,
	}
}

func judgeReverseApplies(f *Facts) Finding {
	o := f.Reverse.Down
	switch {
	case !o.Ran:
		return unasked(f.whyNotRun())
	case o.Failure != nil && sameKind(o.Failure, o.Baseline):
		return unasked("the base's own downgrade fails in the same way", failureEvidence(f, o.Baseline))
	case o.Failure != nil:
		finding := failedUpgrade(f, o, "cannot be downgraded")
		finding.Hint = strings.ReplaceAll(finding.Hint, "in this revision", "in downgrade()") +
			"\nor, where there is no way back:\n    # devenv: allow reverse.applies -- reason"
		return finding
	}
	if evidence, hint := witnessEvidence(f, f.Reverse.Written); len(evidence) > 0 {
		summary := fmt.Sprintf("cannot be downgraded once rows were written after the upgrade: %s%s", evidence[0].Message, more(len(evidence)-1))
		return found(summary, hint+"\nor, where such rows have no way back:\n    # devenv: allow reverse.applies -- reason",
			withRest(evidence, unbuilt(f.Reverse.Written))...)
	}
	finding := clean("downgrades with the data there")
	if len(f.Reverse.Written.Tried) > 0 {
		finding.Summary += ", and with rows written after the upgrade"
	}
	finding.Evidence = unbuilt(f.Reverse.Written)
	return finding
}

const reverseAppliesPage = `The migration must downgrade, with the data there, and with rows that were written after the upgrade and that only
the new schema takes: longer values, NULLs, duplicates.

Why it matters: the downgrade is needed on the day the upgrade went wrong, and has usually never been run on rows.

Example: the upgrade drops a NOT NULL column, and the downgrade

    op.add_column("tags", sa.Column("label", sa.String(30), nullable=False, unique=True))

adds it back without a default, which works only on an empty table (23502).

How to mend: write the downgrade with the same care as the upgrade: nullable, filled, restricted.

Baseline: where the downgrades of the base's head never worked and yours fails in the same way, the answer is skip.

How to allow it: # devenv: allow reverse.applies -- reason
`
