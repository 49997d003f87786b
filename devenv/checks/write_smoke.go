package checks

import (
	"fmt"

	"devenv/devenv/report"
)

func writeSmoke() Check {
	return Check{
		ID: "write.smoke", Severity: report.StatusFail, Needs: []Trial{TrialSeeded, TrialSmoke},
		Asks: "can the application's role still write to each table that was touched?",
		Page: writeSmokePage, Judge: judgeSmoke,
	}
}

func judgeSmoke(f *Facts) Finding {
	if !f.Smoke.Ran {
		return unasked(f.whyNotRun())
	}
	var evidence, unknown []report.Evidence
	for _, w := range f.Smoke.Writes {
		e := report.Evidence{
			Table: w.Table, Insert: w.Statement, SQLState: w.SQLState, Message: w.Message, Detail: w.Detail,
			Revision: w.Cause.Revision, File: f.fileOf(w.Cause.Revision), Line: w.Cause.Line, Statement: w.Cause.SQL,
		}
		if w.Role != "" {
			e.Message = "as role " + w.Role + ": " + e.Message
		}
		switch {
		case f.covers(e):
		case w.Broken:
			evidence = append(evidence, e)
		default:
			e.Detail = joined("no write could be tried on "+w.Table, e.Detail)
			unknown = append(unknown, e)
		}
	}
	if len(evidence) > 0 {
		return found(fmt.Sprintf("%s can no longer be written: %s%s", evidence[0].Table, evidence[0].Message, more(len(evidence)-1)),
			f.mender().write(evidence[0]), withRest(evidence, unknown)...)
	}
	finding := clean(fmt.Sprintf("writes to %s still work", report.Count(f.Smoke.Tables, "table")))
	if f.Smoke.Tables == 0 {
		finding = clean("no table that the application writes to was touched")
	}
	finding.Evidence = unknown
	return finding
}

// write returns what to do about a write that fails.
func (m mender) write(e report.Evidence) string {
	switch e.SQLState {
	case "23505":
		return "rows were written with explicit ids; let the sequence catch up, in this revision:\n    " +
			m.execute(fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%s', 'id'), (SELECT max(id) FROM %s))", e.Table, e.Table))
	case "42501":
		return "grant the missing rights, in this revision:\n    " + m.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON "+e.Table+" TO …")
	case "42703", "42P01", "42883", "42704":
		return "a function, a trigger or a generated column still uses what was dropped: " +
			"change it in this revision with CREATE OR REPLACE FUNCTION"
	}
	return "try the statement by hand on a migrated database"
}

const writeSmokePage = `For each table that the migration touches, writes must still work afterwards. A row is inserted, updated and rolled back, as the
application's role if the base has granted rights to one.

Why it matters: the upgrade succeeds, every schema test is green, and the application's first INSERT fails.

Example: rows inserted with explicit ids, which collide with the sequence at the next INSERT (23505):

    op.execute("INSERT INTO tags (id, label) VALUES (3, 'urgent')")

Others: a dropped column that a trigger function still names (42703), or a new table on which the application's role has no
rights (42501).

How to fix it: change the function in the same revision, grant the rights that neighbouring tables have, or set the sequence:
    SELECT setval(pg_get_serial_sequence('teams', 'id'), (SELECT max(id) FROM teams))

How to allow it: # devenv: allow write.smoke(public.orders) -- reason
`
