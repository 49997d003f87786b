package checks

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/data"
	"devenv/devenv/report"
	"devenv/migrations"
)

func dataLost() Check {
	return Check{
		ID: "data.lost", Severity: report.StatusFail, Needs: []Trial{TrialSeeded, TrialData}, Awaits: []Trial{TrialRenames, TrialReverse},
		Asks: "does every row and every value that is not null survive?",
		Page: dataLostPage, Judge: judgeLost, Open: anyLoss,
	}
}

// anyLoss reports whether anything was lost that a downgrade may restore, or that may have been renamed.
func anyLoss(f *Facts) bool {
	return slices.ContainsFunc(f.Data.Changes, func(c data.Change) bool { _, lost := lossEvidence(c); return lost })
}

func judgeLost(f *Facts) Finding {
	if !f.Data.Ran {
		return unasked(f.whyNotRun())
	}
	var evidence []report.Evidence
	elsewhere := ""
	for _, c := range f.Data.Changes {
		e, ok := lossEvidence(c)
		switch f.blame(&e); {
		case !ok || f.covers(e):
		case f.restored(c):
			elsewhere = "; the downgrade restores those of " + shortObject(e)
		default:
			evidence = append(evidence, e)
		}
	}
	switch {
	case len(evidence) == 0 && f.Data.Rows == 0:
		return unasked("the base has no row that could be lost")
	case len(evidence) == 0:
		return clean("every row and value is still there" + elsewhere)
	}
	hint := "if the loss is intended, say so in the revision:\n"
	if slices.ContainsFunc(evidence, f.renamed) {
		hint = "if it is a rename, write it as one: generate.rename says how;\n" + hint
	}
	for _, e := range evidence {
		hint += indented(f.mender().waiver("data.lost("+objectOf(e)+")")) + "\n"
	}
	return found(evidence[0].Message+more(len(evidence)-1), hint+"otherwise copy the values to where they belong first", evidence...)
}

// restored reports whether the downgrade found the values of a column in another form.
func (f *Facts) restored(c data.Change) bool {
	return slices.ContainsFunc(f.Reverse.Data.Restored, func(r data.Change) bool { return r.Table == c.Table && r.Column == c.Column })
}

// renamed reports whether what was lost may have been renamed, in a migration that wrote a drop and an add instead.
func (f *Facts) renamed(e report.Evidence) bool {
	return slices.ContainsFunc(f.Renames, func(r migrations.Rename) bool {
		return e.Table == qualified(r.Schema, r.Table) && (r.OfTable() || e.Column == r.From)
	})
}

// lossEvidence returns what a change lost, and false when nothing is lost; changed values belong to data.changed.
func lossEvidence(c data.Change) (report.Evidence, bool) {
	e := report.Evidence{Table: c.Table, Column: c.Column, Rows: c.Before - c.After, Keys: c.Keys}
	object := shortObject(e)
	switch c.Kind {
	case data.RowsLost:
		e.Message = fmt.Sprintf("%d of %s of %s %s lost", e.Rows, report.Count(c.Before, "row"), object, are(e.Rows))
	case data.TableDropped:
		e.Message = fmt.Sprintf("%s is dropped with %s", object, report.Count(c.Before, "row"))
	case data.ValuesLost, data.ColumnDropped:
		e.Message = fmt.Sprintf("%d of %s of %s %s lost", e.Rows, report.Count(c.Before, "non-null value"), object, are(e.Rows))
		if c.SampledBy > 1 {
			e.Message = "at least " + e.Message
		}
	default:
		return report.Evidence{}, false
	}
	e.Detail = sampled(c.SampledBy)
	return e, e.Rows > 0
}

// shortObject returns the name of an object for people to read, without the schema public.
func shortObject(e report.Evidence) string { return strings.TrimPrefix(objectOf(e), "public.") }

// blame adds the statement behind a change of the data to its evidence, or the branch's only revision.
func (f *Facts) blame(e *report.Evidence) {
	e.Revision = f.onlyRevision()
	if cause, ok := f.Data.Causes[objectOf(*e)]; ok {
		e.Revision, e.File, e.Line, e.Statement = cause.Revision, f.fileOf(cause.Revision), cause.Line, cause.SQL
	}
}

// sampled returns a remark when not every row was read.
func sampled(rate int) string {
	if rate <= 1 {
		return ""
	}
	return fmt.Sprintf("the table is large: one row in %d was read", rate)
}

// onlyRevision returns the branch's revision when there is just one: the data alone does not tell which of several is
// behind a piece of evidence.
func (f *Facts) onlyRevision() string {
	if len(f.Revisions) == 1 {
		return f.Revisions[0].ID
	}
	return ""
}

// more returns how many further findings there are, in parentheses.
func more(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" (and %d more)", n)
}

const dataLostPage = `No row and no value that is not null may disappear. Renamed tables and columns are followed; a column that held only
NULLs and a table without rows may go. What is there in another form is not lost: rows in another table, a text in a lookup and
its id in the row, a name in two columns, or whatever the downgrade restores value for value.

Why it matters: the upgrade exits 0, and the downgrade only restores an empty column.

If the base has no row at all, the answer is skip.

Example:

    op.drop_column("members", "legacy")

when three rows have a value in it. Others: TRUNCATE … CASCADE that empties a second table, or a rename written as drop and add.

How to fix it: copy the values to where they belong before the drop, rename instead of dropping, or drop in a later
release, when nobody reads the column any more.

How to allow it, with the object: # devenv: allow data.lost(public.users.legacy) -- reason
`
