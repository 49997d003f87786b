package checks

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"devenv/devenv/database/query"
	"devenv/devenv/report"
	"devenv/migrations"
)

func applySeeded() Check {
	return Check{
		ID: "apply.seeded", Severity: report.StatusFail, Needs: []Trial{TrialSeeded}, Awaits: []Trial{TrialScratch},
		Asks: "does the migration upgrade the base's data?",
		Page: applySeededPage, Judge: judgeSeeded,
		Open: func(f *Facts) bool { return f.Seeded.Failure != nil && f.Database.Any() },
	}
}

func judgeSeeded(f *Facts) Finding {
	o := f.Seeded
	switch {
	case !o.Ran:
		return unasked(f.whyNotRun())
	case o.Failure != nil:
		return f.blameServer(f.blameScripts(failedUpgrade(f, o, "fails on the base's data")))
	case o.Unrecorded && o.Hides != "":
		return found("the upgrade leaves the database with "+o.Hides+" for every later session, which finds neither the version's table "+
			"nor anything else by its plain name",
			"remove that statement, or let search_path keep the schemas that it had",
			report.Evidence{
				Revision: o.Hiding.Revision, File: f.fileOf(o.Hiding.Revision), Line: o.Hiding.Line, Statement: strings.TrimSpace(o.Hiding.SQL),
				Message: "the database is not at the head for who connects after the upgrade",
			})
	case o.Unrecorded:
		return found("the upgrade ended without an error, but the database is not at the head",
			f.mender().Words().Commit, report.Evidence{Revision: f.newest()})
	}
	return clean("upgrades the base's data")
}

// failedUpgrade returns the finding for an upgrade that failed, with the offending rows and how to fix them.
func failedUpgrade(f *Facts, o Outcome, how string) Finding {
	e := failureEvidence(f, o.Failure)
	e.Rows, e.Keys, e.Query = o.Offending.Rows, o.Offending.Keys, o.Offending.Query
	if e.Table == "" && o.Offending.Table != "" {
		e.Table = qualified(o.Offending.Schema, o.Offending.Table)
	}
	if e.Column == "" {
		e.Column = o.Offending.Column
	}
	summary := fmt.Sprintf("%s %s: %s", name(o.Failure), how, o.Failure.Message)
	if e.Rows > 0 {
		summary += fmt.Sprintf(" (%s)", report.Count(e.Rows, "row"))
	}
	return found(summary, f.unhide(e.Table)+f.mender().mend(o.Failure, o.Offending), e)
}

// unhide returns how to show the rows of a table to the migration, if a statement of it found none because of row
// security.
func (f *Facts) unhide(table string) string {
	i := slices.IndexFunc(f.Hidden, func(h Hidden) bool { return h.Table == table })
	if i < 0 {
		return ""
	}
	schema, name, _ := strings.Cut(table, ".")
	alter, m := "ALTER TABLE "+query.Table(schema, name)+" ", f.mender()
	where := ""
	if s := f.Hidden[i].Statement; s.Line > 0 {
		where = fmt.Sprintf(" (line %d)", s.Line)
	}
	return "a statement" + where + " changes none of these rows: row level security is forced on the table, and hides them; before it\n    " +
		m.execute(alter+"NO FORCE ROW LEVEL SECURITY") + "\nand at the end\n    " + m.execute(alter+"FORCE ROW LEVEL SECURITY") + "\nor "
}

// failureEvidence turns a failure of the migration tool into evidence.
func failureEvidence(f *Facts, failure *migrations.Failure) report.Evidence {
	e := report.Evidence{
		Revision: failure.Revision, File: failure.File, Line: failure.Line, Statement: strings.TrimSpace(failure.Statement),
		Column: failure.Column, SQLState: failure.SQLState, Message: failure.Message, Detail: failure.Detail,
		OwnWords: failure.OwnWords,
	}
	// A tool may keep a file per direction; an absolute path is one in the container.
	if own := f.fileOf(failure.Revision); own != "" && (e.File == "" || path.IsAbs(e.File)) {
		e.File = own
	}
	if failure.Table != "" {
		e.Table = qualified(failure.Schema, failure.Table)
	}
	return e
}

// name returns what failed, for people to read.
func name(failure *migrations.Failure) string {
	switch {
	case failure.BeforeRevisions():
		return "env.py, or code that it imports,"
	case failure.Revision == "":
		return "the migration"
	}
	return "revision " + failure.Revision
}

// qualified returns schema.table; an empty schema means public.
func qualified(schema, table string) string {
	if schema == "" {
		schema = "public"
	}
	return schema + "." + table
}

const applySeededPage = `The migration must upgrade a database that holds the base's data.

Why it matters: this is the fault that empty test databases hide. A new restriction meets existing rows that break it, and
the deployment stops halfway.

Example:

    op.add_column("members", sa.Column("tenant", sa.Integer(), nullable=False))

works on an empty table and fails with 23502 on one with rows. Python's default=1 does not help; only server_default or a
backfill does.

How to fix it: add the column as nullable, fill it, then restrict it:
    op.add_column("users", sa.Column("tenant", sa.Integer(), nullable=True))
    op.execute("UPDATE users SET tenant = 1 WHERE tenant IS NULL")
    op.alter_column("users", "tenant", nullable=False)

How to allow it: # devenv: allow apply.seeded -- reason
`
