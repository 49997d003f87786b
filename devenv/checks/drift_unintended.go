package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/database/forward"
	"devenv/devenv/report"
)

func driftUnintended() Check {
	return Check{
		ID: "drift.unintended", Severity: report.StatusFail, Needs: []Trial{TrialSeeded, TrialUnintended},
		Awaits: []Trial{TrialData, TrialDrift, TrialModels, TrialReverse},
		Asks:   "did the upgrade change only what its statements mean?",
		Page:   driftUnintendedPage, Judge: judgeUnintended,
	}
}

// judgeUnintended warns, and fails when rows went or the application's rights.
func judgeUnintended(f *Facts) Finding {
	changes := slices.DeleteFunc(f.unintended(), func(c UnintendedChange) bool { return f.covers(f.unintendedEvidence(c)) })
	switch {
	case !f.Unintended.Ran:
		return unasked(f.whyNotRun())
	case len(changes) == 0:
		return clean("nothing changed but what the statements mean")
	}
	evidence := make([]report.Evidence, 0, len(changes))
	for _, c := range changes {
		evidence = append(evidence, f.unintendedEvidence(c))
	}
	first := changes[0]
	summary := first.Text + more(len(changes)-1)
	if first.Drop != "" {
		summary = "the upgrade also dropped what no statement names: " + summary
	}
	finding := found(summary, f.mender().unintended(changes), evidence...)
	if !first.Grave {
		finding.AtMost = report.StatusWarn
	}
	return finding
}

// unintendedEvidence returns the evidence of a change.
func (f *Facts) unintendedEvidence(c UnintendedChange) report.Evidence {
	e := report.Evidence{
		Revision: cmp.Or(c.Cause.Revision, f.onlyRevision()), File: f.fileOf(c.Cause.Revision), Line: c.Cause.Line, Statement: c.Cause.SQL,
		Object: c.Object, Message: c.Text,
	}
	if c.Was != "" {
		e.Detail = "was " + c.Was
	}
	if slices.ContainsFunc(f.Reverse.Differences, c.leaves) {
		e.Detail += "; the downgrade does not restore it"
	}
	if c.Upsert {
		e.Detail = joined(e.Detail, f.upsertsIn())
	}
	return e
}

// upsertsIn returns where the base's code has upserts, for people to read.
func (f *Facts) upsertsIn() string {
	if len(f.Unintended.Upserts) == 0 {
		return ""
	}
	first := f.Unintended.Upserts[0]
	return fmt.Sprintf("upserts in %s:%d%s", first.File, first.Line, more(len(f.Unintended.Upserts)-1))
}

// unintended returns the changes that neither the models want nor another check reports, as far as those were asked.
func (f *Facts) unintended() []UnintendedChange {
	var changes []UnintendedChange
	for _, c := range f.Unintended.Changes {
		if !f.wanted(c) && !f.lostWithData(c) {
			changes = append(changes, c)
		}
	}
	return changes
}

// wanted reports whether the models agree with a change, or drift.models reports it. What they never described is
// nothing that they want to go.
func (f *Facts) wanted(c UnintendedChange) bool {
	if !c.Modelled && !c.Upsert || !f.Drift.Ran || f.Drift.Failure != nil || c.OnlyDatabase {
		return false
	}
	for _, o := range f.Drift.Operations {
		if o.Object == c.Object {
			return true
		}
	}
	if !f.Models.Ran || f.Models.NotCompared != "" {
		return false
	}
	for _, d := range f.Models.Differences {
		if d.Object == c.Object {
			return false
		}
	}
	return !c.Upsert || len(f.Unintended.Upserts) == 0
}

// lostWithData reports whether data.lost reports a column, which held values.
func (f *Facts) lostWithData(c UnintendedChange) bool {
	for _, d := range f.Data.Changes {
		if d.Kind == data.ColumnDropped && c.Object == "column:"+d.Table+"."+d.Column {
			return true
		}
	}
	return false
}

// reportsUnintended reports whether drift.unintended reports a difference between models and migrations.
func (f *Facts) reportsUnintended(d catalog.Difference) bool {
	for _, c := range f.unintended() {
		if c.Object == d.Object && (c.Modelled || c.Upsert) {
			return true
		}
	}
	return false
}

// unintended returns how to mend changes, each group in one piece of code, and how to allow what is meant.
func (m mender) unintended(changes []UnintendedChange) string {
	var drops, mends, waivers []string
	unknown := false
	for _, c := range changes {
		switch {
		case c.Drop != "":
			drops = append(drops, m.execute(c.Drop))
			continue
		case c.Mend != "":
			mends = append(mends, m.execute(c.Mend))
		default:
			unknown = true
		}
		if waiver := m.waiver("drift.unintended(" + forward.Label(c.Object) + ")"); !slices.Contains(waivers, waiver) {
			waivers = append(waivers, waiver)
		}
	}
	var parts []string
	if len(drops) > 0 {
		parts = append(parts, "recreate it after the change, in the same revision; if nobody needs it, drop it by name first:\n"+
			indented(strings.Join(drops, "\n")))
	}
	switch {
	case len(mends) > 0:
		parts = append(parts, "restore it in the same revision:\n"+indented(strings.Join(mends, "\n")))
	case unknown:
		parts = append(parts, "restore it in the same revision")
	}
	if len(waivers) > 0 {
		parts = append(parts, "or, if it is meant:\n"+indented(strings.Join(waivers, "\n")))
	}
	return strings.Join(parts, "\n")
}

const driftUnintendedPage = `The upgrade must change only what its statements mean, and leave nothing behind that nobody can want. The schema before and
after it is compared, without what a statement names and what the models want.

Why it matters: CASCADE drops whatever depends on what is dropped: views, functions, triggers, policies. What is dropped and made
anew has lost its grants, owner, comment, indexes, options and place in a publication (CREATE OR REPLACE keeps them). Nothing of
that is in the models, so neither autogenerate nor the tests notice; a report or a permission check does, later.

Example:

    op.execute("ALTER TABLE members DROP COLUMN name CASCADE")

also drops the view member_names, which reads the column.

Some things count even if a statement says them: a right taken from a role, row level security without a policy for a role, or
a restrictive policy; a table with rows made UNLOGGED; a key made DEFERRABLE, or gone, that an upsert needs; a key without its
default, sequence or identity; what IF NOT EXISTS did not make, since another of that name was there; a materialised view
without data, or without the unique index of its CONCURRENTLY refresh; a trigger left disabled; two names swapped; a default
that is the moment at which the file ran; a setting left on the database or a role.

How to fix it: drop the dependent objects by name, change the table, and recreate them with all they had, in one revision. The
check warns; it fails if a materialised view was dropped, because that held rows, or if a role of the application lost a right.

How to allow it, with the object: # devenv: allow drift.unintended(public.member_names) -- nobody reads it
`
