package checks

import (
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
	lost := f.Unintended.Lost
	switch {
	case !f.Unintended.Ran:
		return unasked(f.whyNotRun())
	case len(lost) == 0:
		return clean("nothing was dropped that no statement names")
	}
	evidence := make([]report.Evidence, 0, len(lost))
	for _, l := range lost {
		e := report.Evidence{
			Revision: l.Cause.Revision, File: f.fileOf(l.Cause.Revision), Line: l.Cause.Line, Statement: l.Cause.SQL,
			Object: l.Object, Message: "the " + l.Kind() + " " + l.Label() + " is gone", Detail: "was " + l.Definition,
		}
		if e.Revision == "" {
			e.Revision = f.onlyRevision()
		}
		evidence = append(evidence, e)
	}
	first := lost[0]
	hint := "recreate it after the change, in the same revision; if nobody needs it, drop it by name first:\n    "
	finding := found("the upgrade also dropped the "+first.Kind()+" "+first.Label()+", which no statement names"+more(len(lost)-1),
		hint+f.mender().execute(first.Drop), evidence...)
	if !slices.ContainsFunc(lost, func(l UnintendedLoss) bool { return strings.HasPrefix(l.Object, "matview:") }) {
		finding.AtMost = report.StatusWarn
	}
	return finding
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
