package devenv

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/checks"
	"devenv/devenv/database/catalog"
	"devenv/migrations"
)

// manyTables is how many tables that existed before are locked in one transaction when it is worth saying.
const manyTables = 3

// takeNotes records what is legal and worth knowing: from the two shapes, and from the statements between them.
func (r *run) takeNotes() {
	if !r.selection.Wants(checks.TrialNotes) || !r.upgraded() {
		return
	}
	notes := catalog.Notes(&r.before.shape, &r.after.shape)
	altered := r.alteredTables()
	patient := slices.ContainsFunc(r.after.statements, func(s migrations.Statement) bool { return regexp.MustCompile(`(?i)lock_timeout`).MatchString(s.SQL) })
	if len(altered) > 0 && !patient {
		notes = append(notes, catalog.Note{
			Table:  altered[0],
			Text:   fmt.Sprintf("it waits for its lock on %s without lock_timeout, and everybody who comes later waits behind it", strings.Join(altered, ", ")),
			Advice: "op.execute(\"SET lock_timeout = '5s'\"), and try again when it fails",
		})
	}
	if len(altered) >= manyTables {
		notes = append(notes, catalog.Note{
			Table: altered[0], Text: fmt.Sprintf("%d tables are locked one after the other: %s", len(altered), strings.Join(altered, ", ")),
			Advice: "one revision for each table holds each lock for a shorter time, and cannot deadlock with the application",
		})
	}
	r.facts.Notes = slices.Concat(notes, r.staleViews(), r.idleRevisions(), r.readingNotes())
}

// alteredTables are the tables that existed before and that a statement of the branch alters or locks, by label.
func (r *run) alteredTables() []string {
	pattern := regexp.MustCompile(`(?is)^\s*(?:ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?|DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?|LOCK\s+(?:TABLE\s+)?|TRUNCATE\s+(?:TABLE\s+)?|` +
		`CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?\S+\s+ON\s+(?:ONLY\s+)?)([\w$."]+)`)
	return r.tablesIn(pattern)
}

// insertInto finds the table of an INSERT.
func insertInto() *regexp.Regexp { return regexp.MustCompile(`(?is)^\s*INSERT\s+INTO\s+([\w$."]+)`) }

// tablesIn are the tables that existed before and that a pattern's first group names in a statement of the branch.
func (r *run) tablesIn(pattern *regexp.Regexp) []string {
	var found []string
	for _, s := range r.after.statements {
		m := pattern.FindStringSubmatch(s.SQL)
		if s.Revision == "" || m == nil {
			continue
		}
		name := strings.ReplaceAll(m[1], `"`, "")
		for _, t := range r.before.shape.Tables {
			if (name == t.Name || name == t.Label()) && !slices.Contains(found, t.Label()) {
				found = append(found, t.Label())
			}
		}
	}
	return found
}

// staleViews are materialised views that read tables whose rows the migration writes, and that it does not refresh.
func (r *run) staleViews() []catalog.Note {
	written := r.tablesIn(regexp.MustCompile(`(?is)^\s*(?:UPDATE\s+(?:ONLY\s+)?|INSERT\s+INTO\s+|DELETE\s+FROM\s+(?:ONLY\s+)?|TRUNCATE\s+(?:TABLE\s+)?|ALTER\s+TABLE\s+(?:ONLY\s+)?)([\w$."]+)`))
	var notes []catalog.Note
	for _, view := range r.after.shape.Views {
		refreshed := slices.ContainsFunc(r.after.statements, func(s migrations.Statement) bool {
			return regexp.MustCompile(`(?i)REFRESH\s+MATERIALIZED`).MatchString(s.SQL) || regexp.MustCompile(`(?i)CREATE\s+MATERIALIZED`).MatchString(s.SQL)
		})
		for _, oid := range view.Reads {
			t := r.after.shape.Table(oid)
			if t != nil && slices.Contains(written, t.Label()) && !refreshed {
				notes = append(notes, catalog.Note{
					Table: t.Label(), Text: fmt.Sprintf("the materialised view %s reads %s and shows what was there before", view.Name, t.Label()),
					Advice: fmt.Sprintf("op.execute(\"REFRESH MATERIALIZED VIEW %s\")", view.Name),
				})
				break
			}
		}
	}
	return notes
}

// idleRevisions are revisions of the branch that run no statement: often the remains of an autogenerate that found nothing. One
// that only joins others has nothing to do.
func (r *run) idleRevisions() []catalog.Note {
	var notes []catalog.Note
	for _, revision := range r.facts.Revisions {
		busy := slices.ContainsFunc(r.after.statements, func(s migrations.Statement) bool { return s.Revision == revision.ID })
		if !busy && !revision.Merge() {
			notes = append(notes, catalog.Note{Text: fmt.Sprintf("%s runs no statement", revision.ID), Advice: "fill it, or delete it"})
		}
	}
	return notes
}

// readingNotes: a migration that reads rows to decide what it does cannot be written as a script.
func (r *run) readingNotes() []catalog.Note {
	read := r.tablesIn(regexp.MustCompile(`(?is)^\s*SELECT\s.*?\sFROM\s+(?:ONLY\s+)?([\w$."]+)`))
	if len(read) == 0 {
		return nil
	}
	return []catalog.Note{{
		Table: read[0], Text: "it reads rows of " + strings.Join(read, ", ") + " while it runs, so alembic upgrade --sql cannot write it as a script",
		Advice: "where scripts are needed, say it in one statement: UPDATE … FROM, INSERT … SELECT",
	}}
}
