package checks

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/query"
	"devenv/devenv/report"
)

func writeSmoke() Check {
	return Check{
		ID: "write.smoke", Severity: report.StatusFail, Needs: []Trial{TrialSeeded, TrialSmoke},
		Awaits: []Trial{TrialUnintended},
		Asks:   "can the application's role still write to each table that was touched?",
		Page:   writeSmokePage, Judge: judgeSmoke,
	}
}

func judgeSmoke(f *Facts) Finding {
	if !f.Smoke.Ran {
		return unasked(f.whyNotRun())
	}
	broken, unknown, certain := f.failedWrites()
	routines := f.brokenRoutines()
	switch {
	case len(broken) > 0:
		summary := f.brokenSummary(broken[0], certain) + more(len(broken)+len(routines)-1)
		finding := found(summary, f.mender().write(broken[0]), withRest(append(broken, routines...), unknown)...)
		if !certain && len(routines) == 0 {
			finding.AtMost = report.StatusWarn
		}
		return finding
	case len(routines) > 0:
		finding := found(routines[0].Message+more(len(routines)-1), f.mender().write(routines[0]), withRest(routines, unknown)...)
		if !slices.ContainsFunc(f.Smoke.Routines, func(r SmokeRoutine) bool { return !r.Doubtful }) {
			finding.AtMost = report.StatusWarn
		}
		return finding
	}
	finding := clean(f.writtenSummary())
	if i := slices.IndexFunc(f.Smoke.Writes, f.movedAway); i >= 0 {
		finding = clean(f.Smoke.Writes[i].Table + " was moved where a role may not use it, which drift.unintended reports")
	} else if f.Smoke.Written == 0 && f.Smoke.Tables > 0 {
		finding = unasked(f.writtenSummary())
	}
	finding.Evidence = unknown
	for _, routine := range f.Smoke.Unjudged {
		finding.Evidence = append(finding.Evidence, report.Evidence{
			Object: "function:" + routine, Detail: routine + " builds statements from texts (EXECUTE), which were not judged",
		})
	}
	return finding
}

// brokenSummary tells about a write that fails, or will fail.
func (f *Facts) brokenSummary(e report.Evidence, certain bool) string {
	isNew := func(w SmokeWrite) bool { return w.New && w.Table == e.Table }
	if !certain && e.SQLState == "42501" {
		return fmt.Sprintf("%s is new, and the application's role has no rights on it: %s", e.Table, e.Message)
	}
	if certain && slices.ContainsFunc(f.Smoke.Writes, isNew) {
		return fmt.Sprintf("%s is new and cannot be written: %s", e.Table, e.Message)
	}
	if !certain && e.SQLState == "" {
		return fmt.Sprintf("%s does not take every row: %s", e.Table, e.Message)
	}
	if !certain && e.SQLState == "23505" {
		return fmt.Sprintf("%s will refuse a later INSERT: %s", e.Table, e.Message)
	}
	return fmt.Sprintf("%s can no longer be written: %s", e.Table, e.Message)
}

// failedWrites returns the writes that fail for everybody, and those that could not be tried. certain is set if the
// schema is at fault in at least one, which comes first.
func (f *Facts) failedWrites() (broken, unknown []report.Evidence, certain bool) {
	var doubtful []report.Evidence
	for _, w := range f.Smoke.Writes {
		e := f.writeEvidence(w)
		switch {
		case w.Old, f.covers(e), f.movedAway(w):
		case w.Broken && w.Doubtful:
			doubtful = append(doubtful, e)
		case w.Broken:
			broken = append(broken, e)
		default:
			tried := "no write could be tried on " + w.Table
			if w.Role != "" {
				tried += " as role " + w.Role
			}
			e.Detail = joined(tried, e.Detail)
			unknown = append(unknown, e)
		}
	}
	return append(broken, doubtful...), unknown, len(broken) > 0
}

// movedAway reports whether drift.unintended reports why a write fails: the role may not use the schema of a moved table.
func (f *Facts) movedAway(w SmokeWrite) bool {
	return w.SQLState == "42501" && w.Role != "" && slices.ContainsFunc(f.Unintended.Changes, func(c UnintendedChange) bool {
		return c.Object == "table:"+w.Table && c.Moved == w.Role
	})
}

// writeEvidence describes a write that fails.
func (f *Facts) writeEvidence(w SmokeWrite) report.Evidence {
	e := report.Evidence{
		Table: w.Table, Insert: w.Statement, SQLState: w.SQLState, Message: w.Message, Detail: w.Detail,
		Revision: cmp.Or(w.Cause.Revision, f.onlyRevision()), File: f.fileOf(w.Cause.Revision), Line: w.Cause.Line, Statement: w.Cause.SQL,
		OwnWords: w.Predicted,
	}
	if w.Role != "" {
		e.Message, e.OwnWords = "as role "+w.Role+": "+e.Message, true
	}
	if w.Constant != "" {
		e.Detail = joined(fmt.Sprintf("rows of the base hold %s in %s, and its code names it (%s:%d)",
			query.Literal(w.Constant), w.Column, w.Mention.File, w.Mention.Line), e.Detail)
	}
	if w.Doubtful && w.Column == "" && !w.Partly && w.SQLState != "42501" {
		tried := "those that exist"
		if w.Copied {
			tried = "a copy of one that exists"
		}
		e.Detail = joined("every row that was tried is refused, "+tried+" among them", e.Detail)
	}
	return e
}

// brokenRoutines describes the functions that no longer work, without those that a failed write has run into.
func (f *Facts) brokenRoutines() (evidence []report.Evidence) {
	for _, r := range f.Smoke.Routines {
		if slices.ContainsFunc(f.Smoke.Writes, func(w SmokeWrite) bool {
			return w.Broken && !w.Old && (strings.Contains(w.Detail, " "+r.Name()+"(") || strings.Contains(w.Detail, "."+r.Name()+"("))
		}) {
			continue
		}
		e := report.Evidence{
			Object: "function:" + r.Routine, SQLState: r.SQLState,
			Message: routineMessage(r), OwnWords: true,
			Revision: cmp.Or(r.Cause.Revision, f.onlyRevision()), File: f.fileOf(r.Cause.Revision), Line: r.Cause.Line, Statement: r.Cause.SQL,
		}
		if r.Statement != "" {
			e.Detail = fmt.Sprintf("line %d of its body: %s", r.Line, r.Statement)
		}
		if !f.covers(e) {
			evidence = append(evidence, e)
		}
	}
	return evidence
}

// routineMessage says what is wrong with a function.
func routineMessage(r SmokeRoutine) string {
	says := "cannot run: "
	switch {
	case r.SQLState == "42725" && r.Statement == "":
		says = "can no longer be called: "
	case r.Doubtful:
		says = "does not cope with every row: "
	}
	return "the function " + strings.TrimPrefix(r.Routine, "public.") + " " + says + r.Message
}

// writtenSummary returns what was tried, and nothing more.
func (f *Facts) writtenSummary() string {
	rest := f.Smoke.Tables - f.Smoke.Written
	switch {
	case f.Smoke.Tables == 0:
		return "no write was tried: nothing that the writes to a table depend on has changed"
	case f.Smoke.Written == 0:
		return "no row could be written, so nothing is known of " + report.Count(rest, "table")
	case rest > 0:
		return fmt.Sprintf("a row could be written to %s and read back; nothing is known of %d more",
			report.Count(f.Smoke.Written, "table"), rest)
	}
	return fmt.Sprintf("writes to %s still work", report.Count(f.Smoke.Written, "table"))
}

// write returns what to do about a write that fails.
func (m mender) write(e report.Evidence) string {
	if regexp.MustCompile(`^2[23]`).MatchString(e.SQLState) && strings.Contains(e.Detail, "PL/pgSQL function ") {
		return "correct what the function does, in this revision with CREATE OR REPLACE FUNCTION"
	}
	switch e.SQLState {
	case "":
		if strings.HasSuffix(e.Message, keepsValue) {
			return "let the trigger take the new value, in this revision; if the old one is meant to stay, allow it"
		}
		return "let the trigger return NEW (OLD in a DELETE), or drop the rule, in this revision"
	case "23505":
		if draws, ok := strings.CutPrefix(e.Detail, "the default is "); ok {
			return "let what " + draws + " draws from catch up (SELECT setval(…)), in this revision, or do not set it back"
		}
		return "rows were written with explicit ids, or the sequence was set back; let it catch up, in this revision:\n    " +
			m.execute(setval(e))
	case "23502":
		return "give the column its sequence or default back, in this revision"
	case "23514":
		return "change the column's default in this revision: the table itself refuses it"
	case "42725":
		return "drop the earlier function, which CREATE OR REPLACE with other arguments leaves there, in this revision"
	case "2F005":
		return "end the trigger's function with RETURN NEW, in this revision"
	case "P0001":
		return "correct what the trigger raises for; if it is meant to refuse every row, allow it"
	case "42501":
		if _, schema, ok := strings.Cut(e.Message, "permission denied for schema "); ok {
			return "let the role use the schema, in this revision:\n    " + m.execute("GRANT USAGE ON SCHEMA "+query.Identifier(schema)+" TO …") +
				"\n    " + m.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON "+e.Table+" TO …")
		}
		if _, sequence, ok := strings.Cut(e.Message, "permission denied for sequence "); ok {
			return "let the role draw from the sequence, in this revision:\n    " +
				m.execute("GRANT USAGE ON SEQUENCE "+query.Identifier(sequence)+" TO …")
		}
		return "grant the missing rights, in this revision:\n    " + m.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON "+e.Table+" TO …")
	case "42703", "42P01", "42883", "42704", "42804", "22P02":
		if strings.Contains(e.Message, `record "`) && regexp.MustCompile(`(?i)^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:CONSTRAINT\s+)?TRIGGER\b`).MatchString(e.Statement) {
			return "the trigger's function needs what " + e.Table + " does not have: add the column, or leave out the trigger, in this revision"
		}
		return "a function, a trigger or a generated column still uses what was dropped or changed: " +
			"change it in this revision with CREATE OR REPLACE FUNCTION"
	}
	return "try the statement by hand on a migrated database"
}

// keepsValue ends the message of a trigger that gives a column its old value back.
const keepsValue = "keeps the old value"

// setval returns the statement that lets a sequence catch up.
func setval(e report.Evidence) string {
	if strings.HasPrefix(e.Detail, "SELECT setval(") {
		return e.Detail
	}
	return fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%s', 'id'), (SELECT max(id) FROM %s))", e.Table, e.Table)
}

const writeSmokePage = `For each table that the migration touches, or whose triggers, functions or policies it touches, writes must still work
afterwards. A row is inserted, read back, updated, deleted, and all of it rolled back, as the application's role if the base has
granted rights to one. Every sequence must be above the column that it fills, in every table; while its next value is free, that
is a warning. Functions that name something that the migration changed are looked at, statement by statement, whether a trigger
calls them or only the application does; what they EXECUTE as a text is not judged. A new function of a trigger that can end
without RETURN is a warning. If no row could be written to any table,
the answer is skip.

Why it matters: the upgrade succeeds, every schema test is green, and the application's first INSERT fails.

Example: rows inserted with explicit ids, which collide with the sequence at the next INSERT (23505):

    op.execute("INSERT INTO tags (id, label) VALUES (3, 'urgent')")

Others: a dropped column that a function still names (42703), a new table on which the application's role has no rights (42501), a
trigger that swallows the row because it returns NULL (a warning if it swallows some rows only), that gives a column its old value
back (a warning), or that always raises, a function that can no longer be called since a new one takes the same arguments. A
trigger whose name says that it refuses rows (deny_update, read_only) may. Of a new table in a new schema without any rights, it
warns if the application's role wrote every table of the base, and no name says that the table is an archive or the like.

How to fix it: change the function in the same revision, grant the rights that neighbouring tables have, or set the sequence:
    SELECT setval(pg_get_serial_sequence('teams', 'id'), (SELECT max(id) FROM teams))

How to allow it: # devenv: allow write.smoke(public.orders) -- reason
`
