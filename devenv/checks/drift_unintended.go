package checks

import (
	"cmp"
	"slices"
	"strings"

	"devenv/devenv/report"
)

func driftUnintended() Check {
	return Check{
		ID: "drift.unintended", Severity: report.StatusFail, Needs: []Trial{TrialSeeded, TrialUnintended},
		Asks: "did the upgrade change only what its statements name?",
		Page: driftUnintendedPage, Judge: judgeUnintended,
	}
}

// judgeUnintended warns, and fails when a lost object held rows.
func judgeUnintended(f *Facts) Finding {
	lost := slices.DeleteFunc(slices.Clone(f.Unintended.Lost), func(l UnintendedLoss) bool { return f.covers(f.lossOf(l)) })
	slices.SortStableFunc(lost, UnintendedLoss.byWeight)
	switch {
	case !f.Unintended.Ran:
		return unasked(f.whyNotRun())
	case len(lost) == 0:
		return clean("nothing was dropped that no statement names")
	}
	evidence := make([]report.Evidence, 0, len(lost))
	for _, l := range lost {
		evidence = append(evidence, f.lossOf(l))
	}
	hint := "recreate it after the change, in the same revision; if nobody needs it, drop it by name first:\n    "
	finding := found("the upgrade also dropped what no statement names: "+evidence[0].Message+more(len(lost)-1),
		hint+f.mender().execute(lost[0].Drop), evidence...)
	if !lost[0].heldRows() {
		finding.AtMost = report.StatusWarn
	}
	return finding
}

// lossOf returns the evidence of a lost object.
func (f *Facts) lossOf(l UnintendedLoss) report.Evidence {
	return report.Evidence{
		Revision: cmp.Or(l.Cause.Revision, f.onlyRevision()), File: f.fileOf(l.Cause.Revision), Line: l.Cause.Line, Statement: l.Cause.SQL,
		Object: l.Object, Message: "the " + l.Kind() + " " + l.Label() + " is gone", Detail: "was " + l.Definition,
	}
}

// heldRows reports whether rows went with the object.
func (l UnintendedLoss) heldRows() bool { return strings.HasPrefix(l.Object, "matview:") }

// byWeight orders what held rows first: it decides.
func (l UnintendedLoss) byWeight(other UnintendedLoss) int {
	switch {
	case l.heldRows() == other.heldRows():
		return 0
	case l.heldRows():
		return -1
	}
	return 1
}

const driftUnintendedPage = `The upgrade must change only what its statements name.

Why it matters: CASCADE drops whatever depends on what is dropped: views, materialised views, functions, triggers, policies. None of
them is in the models, so neither autogenerate nor the tests notice; a report or a permission check does, later.

Example:

    op.execute("ALTER TABLE members DROP COLUMN name CASCADE")

also drops the view member_names, which reads the column.

How to fix it: drop the dependent objects by name, change the table, and recreate them, all in one revision. The check warns; it
fails if a materialised view was dropped, because that held rows.

How to allow it: # devenv: allow drift.unintended(public.member_names) -- nobody reads it
`
