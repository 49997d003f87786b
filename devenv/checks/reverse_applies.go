package checks

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/data"
	"devenv/devenv/report"
)

func reverseApplies() Check {
	return Check{
		ID: "reverse.applies", Severity: report.StatusWarn, Needs: []Trial{TrialSeeded, TrialData, TrialReverse},
		Asks: "does the migration downgrade with data in place?",
		Page: reverseAppliesPage, Judge: sayFromScratch(judgeReverseApplies, reverseFromScratch),
	}
}

func judgeReverseApplies(f *Facts) Finding {
	o := f.Reverse.Down
	switch {
	case !o.Ran:
		return unasked(f.whyNotRun())
	case o.Failure != nil && f.Reverse.Custom.Holds():
		custom := clean(fmt.Sprintf("the downgrade raises %s, as do %d of the %s of %s: it is this project's custom", o.Failure.Exception,
			f.Reverse.Custom.Raising, report.Count(f.Reverse.Custom.Of, "revision"), f.BaseRef))
		custom.Evidence = []report.Evidence{failureEvidence(f, o.Failure)}
		return custom
	case o.Failure != nil && sameKind(o.Failure, o.Baseline):
		return unasked("the base's own downgrade fails in the same way", failureEvidence(f, o.Baseline))
	case o.Failure != nil:
		finding := failedUpgrade(f, o, "cannot be downgraded")
		finding.Hint = strings.ReplaceAll(finding.Hint, "in this revision", "in "+f.mender().Words().Downgrade) +
			"\nor, if there is no way back:\n" + indented(f.mender().waiver("reverse.applies"))
		return finding
	}
	if finding, ok := faultyDowngrade(f); ok {
		return finding
	}
	if f.Reverse.FromScratch {
		return clean("downgrades an empty database")
	}
	finding := clean("downgrades with data in place")
	wider, _ := witnessEvidence(f, f.Reverse.Written)
	switch {
	case len(wider) > 0:
		finding.Summary += ", but not once longer or larger values have been written"
	case len(f.Reverse.Written.Tried) > 0:
		finding.Summary += ", and with rows written after the upgrade"
	}
	// A downgrade that drops what the upgrade made is worth mentioning, but not a fault.
	finding.Evidence = slices.Concat(wider, unbuilt(f.Reverse.Written), downgradeEvidence(f, f.Reverse.Data.Made))
	return finding
}

// WithoutWidening returns the rows tried without those that are too long or too large for the old type, or whose keys
// it cuts to the same: a downgrade that narrows what the upgrade widened cannot take them, whoever writes it.
func (o WitnessOutcome) WithoutWidening() WitnessOutcome {
	o.Tried = slices.DeleteFunc(slices.Clone(o.Tried), func(t WitnessTrial) bool {
		return t.Failure != nil && (t.Failure.SQLState == "22001" || t.Failure.SQLState == "22003" || t.Witness.Restriction.Coarser())
	})
	return o
}

// faultyDowngrade returns what a downgrade that works does to the base's data, and how it ends once rows have been
// written: neither hides the other.
func faultyDowngrade(f *Facts) (Finding, bool) {
	var summary, hint string
	m := f.mender()
	evidence := downgradeEvidence(f, f.Reverse.Data.Base)
	if len(evidence) > 0 {
		summary = "the downgrade does not leave the base's data as the upgrade found it: " + evidence[0].Message + more(len(evidence)-1)
		hint = "make " + m.Words().Downgrade + " restore the values from where " + m.Words().Upgrade + " left them\n"
	}
	if broken, mended := witnessEvidence(f, f.Reverse.Written.WithoutWidening()); len(broken) > 0 {
		cannot := "cannot be downgraded once rows have been written after the upgrade: " + broken[0].Message
		summary = joined(summary, cannot+more(len(broken)-1))
		hint += strings.ReplaceAll(mended, "in this revision", "in "+m.Words().Downgrade) + "\n"
		evidence = append(evidence, withRest(broken, unbuilt(f.Reverse.Written))...)
	}
	if len(evidence) == 0 {
		return Finding{}, false
	}
	return found(summary, hint+"or, if there is no way back:\n"+indented(m.waiver("reverse.applies")), evidence...), true
}

// downgradeEvidence returns what a downgrade lost and changed. Values that were not examined do not count as changed.
func downgradeEvidence(f *Facts, changes []data.Change) []report.Evidence {
	var evidence []report.Evidence
	for _, c := range changes {
		e, ok := lossEvidence(c)
		if c.Kind == data.ValuesChanged && !c.Suspect && !c.Stamped {
			e, ok = changeEvidence(c), true
		}
		if ok {
			e.Revision, e.Detail = f.onlyRevision(), joined(e.Detail, "by the downgrade")
			evidence = append(evidence, e)
		}
	}
	return evidence
}

const reverseAppliesPage = `The migration must downgrade with data in place, including rows written after the upgrade that only the new schema accepts:
NULLs, duplicates. Values too long or too large for the type that the upgrade widened are mentioned only: no downgrade can
take them.

Why it matters: the downgrade is needed on the day the upgrade goes wrong, and has usually never been run on real rows.

Example: the upgrade drops a NOT NULL column, and the downgrade

    op.add_column("tags", sa.Column("label", sa.String(30), nullable=False, unique=True))

adds it back without a default, which works only on an empty table (23502).

How to fix it: write the downgrade with the same care as the upgrade: add as nullable, fill, then restrict.

Custom: if the base's own revisions raise the same exception, half of them or several and a quarter, it is a pass.

Baseline: if the downgrade of the base's head fails too, and yours fails in the same way, the answer is skip.

How to allow it: # devenv: allow reverse.applies -- reason
`
