package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/data"
	"devenv/devenv/report"
)

func dataChanged() Check {
	return Check{
		ID: "data.changed", Severity: report.StatusWarn, Needs: []Trial{TrialSeeded, TrialData, TrialRepeat}, Awaits: []Trial{TrialReverse},
		Asks: "does every surviving value stay the same?",
		Page: dataChangedPage, Judge: judgeChanged, Open: anyRenamed,
	}
}

// anyRenamed reports whether values are in another form that a downgrade may restore.
func anyRenamed(f *Facts) bool { return slices.ContainsFunc(f.Data.Changes, mayBeRestored) }

// mayBeRestored reports whether a column's values may be the same in another form: states with other names, values in
// another unit or type, or with what another column said. In a column of the same name and type beside the same others,
// old code would take them for the old ones.
func mayBeRestored(c data.Change) bool {
	return c.Kind == data.ValuesChanged && !c.Relabelled && !c.Misread && (c.Renamed || c.Extended || c.Retyped || c.Reshaped || c.ColumnNow != "")
}

// harmless says what a change of values is that loses nothing; an empty text if it may.
func (f *Facts) harmless(c data.Change) string {
	switch {
	case c.Stamped:
		return "the time of the change in " + columnOf(c)
	case c.Tidied:
		return "blanks, signs between digits, codes of countries and upper and lower case in " + columnOf(c)
	case c.Kept:
		return "values in " + columnOf(c) + " that another table keeps as they were"
	case c.Relabelled:
		return "the labels in " + columnOf(c) + ", which a statement renames"
	case c.Renamed && f.restored(c):
		return "renamed values in " + columnOf(c) + ", which the downgrade restores"
	case c.Extended && f.restored(c):
		return "the elements added to lists in " + columnOf(c) + ", which the downgrade takes out"
	case mayBeRestored(c) && f.restored(c):
		return "the form of the values in " + columnOf(c) + ", which the downgrade restores"
	}
	return ""
}

func judgeChanged(f *Facts) Finding {
	if !f.Data.Ran {
		return unasked(f.whyNotRun())
	}
	var evidence []report.Evidence
	var exceptions []string
	for _, c := range f.Data.Changes {
		if c.Kind != data.ValuesChanged {
			continue
		}
		if exception := f.harmless(c); exception != "" {
			exceptions = append(exceptions, exception)
			continue
		}
		e := changeEvidence(c)
		f.blame(&e)
		evidence = append(evidence, e)
	}
	for _, u := range f.Data.Unsteady {
		e := report.Evidence{Revision: f.onlyRevision(), Table: u.Table, Column: u.Column}
		e.Message = shortObject(e) + " depends on the session's time zone or date order: " +
			"it differs in Pacific/Auckland with the day before the month"
		if u.Random {
			e.Message = shortObject(e) + " gets different values each time the migration runs"
		}
		evidence = append(evidence, e)
	}
	evidence = slices.DeleteFunc(evidence, f.covers)
	switch {
	case len(evidence) == 0 && f.Data.Rows == 0:
		return unasked("the base has no row that could change")
	case len(evidence) == 0 && len(exceptions) > 0:
		return clean("every value that is still there is unchanged, but for " + strings.Join(exceptions, ", and ") + f.asFarAsRead())
	case len(evidence) == 0:
		return clean("every value that is still there is unchanged" + f.asFarAsRead())
	}
	hint, said := "if the change is intended, say so in the revision:\n", map[string]bool{}
	for _, e := range evidence {
		if said[objectOf(e)] {
			continue
		}
		said[objectOf(e)] = true
		hint += indented(f.mender().waiver("data.changed("+objectOf(e)+")")) + "\n"
	}
	hint += keepsValues(evidence)
	return found(evidence[0].Message+more(len(evidence)-1), hint, evidence...)
}

// keepsValues returns how to keep the values that changed, after what changed them.
func keepsValues(evidence []report.Evidence) string {
	converted := func(e report.Evidence) bool {
		return regexp.MustCompile(`(?is)\bALTER\b.*\bTYPE\b`).MatchString(e.Statement)
	}
	unknown := func(e report.Evidence) bool { return e.Statement == "" }
	hint := "otherwise keep the values: leave these rows out (WHERE …), or write what is new to a column of its own"
	switch {
	case slices.ContainsFunc(evidence, converted):
		return "otherwise keep the values: use a type that holds them, or convert them in USING"
	case slices.ContainsFunc(evidence, unknown):
		return hint + "\nwhere the type changed, use one that holds them, or convert them in USING"
	}
	return hint
}

// columnOf names the column of a change for people to read.
func columnOf(c data.Change) string {
	return shortObject(report.Evidence{Table: c.Table, Column: c.Column})
}

// asFarAsRead returns a remark on an answer about all values if not all were compared.
func (f *Facts) asFarAsRead() string {
	parts := make([]string, 0, len(f.Data.Partly))
	for _, t := range f.Data.Partly {
		part := "none"
		if t.SampledBy > 0 {
			part = fmt.Sprintf("one row in %d", t.SampledBy)
		}
		parts = append(parts, fmt.Sprintf("of %s, which is large, %s", t.Table, part))
	}
	if len(parts) == 0 {
		return ""
	}
	return ", as far as was compared: " + strings.Join(parts, "; ")
}

// changeEvidence returns what happened to a column's values.
func changeEvidence(c data.Change) report.Evidence {
	e := report.Evidence{Table: c.Table, Column: c.Column, Rows: c.Rows, Keys: c.Keys}
	e.Message = shortObject(e) + " changed"
	switch {
	case c.Rows > 0 && c.SampledBy > 1:
		e.Message += fmt.Sprintf(" in %s of a sample, one in %d", report.Count(c.Rows, "row"), c.SampledBy)
	case c.Rows > 0:
		e.Message += " in " + report.Count(c.Rows, "row")
	}
	if len(c.Examples) > 0 {
		e.Message += ", e.g. " + c.Examples[0]
	}
	details := []string{sampled(c.SampledBy)}
	if len(c.Examples) > 1 {
		details = append(details, strings.Join(c.Examples[1:], "; "))
	}
	e.Detail = strings.TrimPrefix(strings.Join(details, "; "), "; ")
	return e
}

const dataChangedPage = `Every value that is still there must be unchanged. The same value in another type counts as unchanged: 1.5 and 1.50, a text
and its enum, a timestamp and the same timestamptz in UTC, an epoch and its timestamp, a list in one text and its array. In
a column that notes when its row was changed (updated_at, or one that a trigger sets), a value may become the time at which
the migration ran. A few states that get other names, one each, are unchanged too if the downgrade restores them, and so are
values in another type, in another unit below another name, or with the sign that a dropped column told, values that the
revision names before and after, and lists that only get more elements. Texts may lose blanks and the signs between the
digits of a phone or an account, addresses their capitals, and a phone's first zeros may become a country's code; a text
may get longer by what a dropped column said; and values may change whose old ones another table has beside the key.

Why it matters: the upgrade exits 0, and neither the downgrade nor anybody's memory restores what was rounded or cut off.

If the base has no row at all, the answer is skip.

Example:

    op.alter_column("orders", "amount", type_=sa.Numeric(12, 2))

rounds 1234.5678 to 1234.57. Others: a cast to boolean that turns every stored text into 'false', or an UPDATE without WHERE.

The migration is also run twice, the second time in another time zone: a conversion from timestamp to timestamptz uses the
session's zone unless AT TIME ZONE names one, and an UPDATE with random values gives different results on every machine.

How to fix it: keep a type that holds the values, say in postgresql_using how to convert them, or add the missing WHERE.

How to allow it, with the object: # devenv: allow data.changed(public.orders.amount) -- reason
`
