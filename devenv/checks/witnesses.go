package checks

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/offending"
	"devenv/devenv/database/witness"
	"devenv/devenv/report"
)

// witnessEvidence returns the evidence of each witness that broke the move, and how to fix them.
func witnessEvidence(f *Facts, o WitnessOutcome) (evidence []report.Evidence, hint string) {
	var hints []string
	said := map[string]bool{}
	for _, t := range o.Tried {
		if t.Failure == nil {
			continue
		}
		r := t.Witness.Restriction
		fault := fmt.Sprint(r.Table, r.Columns, r.What, t.Failure.Message, t.After != nil)
		if said[fault] {
			continue // a row of few columns and one of all show the same
		}
		said[fault] = true
		e := failureEvidence(f, t.Failure)
		e.Table, e.Insert = r.Table, strings.Join(t.Witness.Inserts, ";\n")
		if e.Column == "" && len(r.Columns) == 1 {
			e.Column = r.Columns[0]
		}
		e.Detail = joined(r.What, e.Detail)
		if t.After != nil {
			e.Detail = joined(e.Detail, "the row arrives once this has been committed: "+t.After.SQL)
		}
		if t.Alike != nil && r.Kind != witness.RestrictTwice { // of two rows, each may be there alone
			e.Detail = joined(e.Detail, "rows of the data that look like it already: "+fmt.Sprint(*t.Alike))
		}
		if f.covers(e) {
			continue
		}
		evidence = append(evidence, e)
		if t.After != nil {
			hints = append(hints, arrivalHint)
		} else {
			hints = append(hints, f.mender().mend(t.Failure, orRestricted(t)))
		}
	}
	return evidence, together(hints)
}

// together returns what mends several failures, each once, so that one run shows all of it. Hints with the same first
// line are told as one.
func together(hints []string) string {
	var heads []string
	bodies := map[string][]string{}
	for _, hint := range hints {
		head, body, _ := strings.Cut(hint, "\n")
		if _, known := bodies[head]; !known {
			heads, bodies[head] = append(heads, head), nil
		}
		if body != "" && !slices.Contains(bodies[head], body) {
			bodies[head] = append(bodies[head], body)
		}
	}
	var lines []string
	for _, head := range heads {
		if head != "" {
			lines = append(append(lines, head), bodies[head]...)
		}
	}
	return strings.Join(lines, "\n")
}

// arrivalHint tells how to cope with rows that are written while the upgrade runs.
const arrivalHint = "repair rows and restrict them in one transaction; or first make Postgres refuse new rows of the kind " +
	"(a default, a CHECK … NOT VALID, a trigger), then repair the old ones, then restrict"

// orRestricted returns the rows behind a failure, or at least the column they are in. A query for the key of a row that
// collides would find nothing but the witness.
func orRestricted(t WitnessTrial) offending.Found {
	r, rows := t.Witness.Restriction, t.Offending
	columns := r.Columns
	if t.Failure.SQLState == "23505" && !strings.HasPrefix(t.Failure.Message, "could not create unique index ") {
		rows.Query = ""
	}
	if r.Kind == witness.RestrictValue && len(columns) == 1 && rows.Column != columns[0] {
		rows = offending.Found{} // the statement writes one column with what it reads from another
	}
	if rows.Column == "" && len(columns) == 1 {
		rows.Column = columns[0]
		rows.Schema, rows.Table, _ = strings.Cut(r.Table, ".")
	}
	return rows
}

// unbuilt returns the restrictions for which no row could be made, and why. One that another row breaks needs none.
func unbuilt(o WitnessOutcome) []report.Evidence {
	var evidence []report.Evidence
	broken := map[string]bool{}
	for _, t := range o.Tried {
		broken[t.Witness.Restriction.What] = broken[t.Witness.Restriction.What] || t.Failure != nil
	}
	for _, t := range o.Tried {
		if r := t.Witness.Restriction; !broken[r.What] && t.Witness.Problem != "" && !t.Witness.Implied {
			evidence = append(evidence, report.Evidence{
				Table: r.Table, Detail: unbuiltDetail(t.Witness),
			})
		}
	}
	return evidence
}

// unbuiltDetail says why a witness proved nothing: there is no row, or the row stood among others.
func unbuiltDetail(w witness.Witness) string {
	if len(w.Inserts) > 0 {
		return fmt.Sprintf("the row made for %q proves nothing: %s", w.Restriction.What, w.Problem)
	}
	return fmt.Sprintf("no witness could be built for %s: %s", w.Restriction.What, w.Problem)
}

// withRest adds what could not be tried to the detail of the first piece of evidence: evidence of its own would need
// its own waiver.
func withRest(evidence, rest []report.Evidence) []report.Evidence {
	for _, r := range rest {
		evidence[0].Detail = joined(evidence[0].Detail, r.Detail)
	}
	return evidence
}

// togetherSummary says that the upgrade fails with all made rows, and with no single one. That proves no fault: the rows
// may only be in each other's way.
func togetherSummary(o WitnessOutcome) string {
	made := slices.DeleteFunc(slices.Clone(o.Tried), func(t WitnessTrial) bool { return len(t.Witness.Inserts) == 0 })
	return fmt.Sprintf("not proved: the upgrade fails with all %s at once that were made to break it, and with none of them alone: %s",
		report.Count(len(made), "row"), o.Together.Message)
}

// witnessSummary returns how many rows were tried, and what they did not prove.
func witnessSummary(o WitnessOutcome) string {
	tried, unbuilt, unproved := 0, len(unbuilt(o)), ""
	for _, t := range o.Tried {
		if len(t.Witness.Inserts) > 0 {
			tried++
		}
	}
	if n := len(o.Unproved); n > 0 {
		unproved = fmt.Sprintf("; %s moved 0 rows: not proved", report.Count(n, "statement"))
	}
	if unbuilt > 0 && tried > 0 {
		unproved = fmt.Sprintf("; for %s no row could be made", report.Count(unbuilt, "more restriction")) + unproved
	}
	switch {
	case len(o.Tried) == 0:
		return "the migration asks nothing new of existing rows" + unproved
	case tried == 0 && unbuilt > 0:
		return fmt.Sprintf("not proved: no row could be made to break %s", report.Count(unbuilt, "restriction")) + unproved
	case tried == 0:
		return "no row that was legal before can break it" + unproved
	}
	return fmt.Sprintf("copes with %s made to break it", report.Count(tried, "row")) + unproved
}
