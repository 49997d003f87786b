package trials

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/checks"
	"devenv/devenv/codesearch"
	"devenv/devenv/database/catalog"
	"devenv/devenv/report"
	"devenv/migrations"
)

// manyTables is the number of existing tables locked in one upgrade from which on a note is worthwhile.
const manyTables = 3

// takeNotes returns what is not wrong but worth knowing, found in the two shapes and in the statements between them.
func takeNotes(p *pass, up *upgrade) []catalog.Note {
	if !p.Wants(checks.TrialNotes) || !up.worked() {
		return nil
	}
	return up.notes(p.Tool.Snippets().Words().Script, p.limitsWaits())
}

// limitsWaits reports whether migrations of the base set a lock_timeout each for itself: only then is one without it
// worth a note. Where what runs them sets it, each of them has it.
func (p *pass) limitsWaits() bool {
	var revisions, beside []string
	for _, versions := range p.Project.Migrations.Versions {
		dir := filepath.Join(p.Base.Tree.Dir(), filepath.FromSlash(versions))
		within, _ := filepath.Glob(filepath.Join(dir, "*")) // the pattern is sound
		around, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*"))
		revisions, beside = append(revisions, within...), append(beside, around...)
	}
	return slices.ContainsFunc(revisions, setsLockTimeout) && !slices.ContainsFunc(beside, setsLockTimeout)
}

// lockTimeout is the setting in a line that is no comment, of Python or SQL.
var lockTimeout = regexp.MustCompile(`(?im)^(?:[^#\n-]|-[^-\n])*lock_timeout`)

// setsLockTimeout reports whether code sets a lock_timeout. Nobody can be asked to follow a custom that cannot be read.
func setsLockTimeout(file string) bool {
	text, err := codesearch.Read(file)
	return err == nil && lockTimeout.MatchString(text)
}

// notes returns what is worth knowing; script is the tool's command that writes SQL instead of running it, custom tells
// whether the project sets a lock_timeout elsewhere.
func (u *upgrade) notes(script string, custom bool) []catalog.Note {
	notes := catalog.Notes(&u.before.Shape, &u.after.Shape)
	altered := u.alteredTables()
	waits := slices.ContainsFunc(u.statements, func(s migrations.Statement) bool { return regexp.MustCompile(`(?i)lock_timeout`).MatchString(s.SQL) })
	if len(altered) > 0 && custom && !waits {
		notes = append(notes, catalog.Note{
			Table: altered[0],
			Text: fmt.Sprintf("it waits for its lock on %s without lock_timeout, which others of the project's migrations set, and "+
				"everything that comes later waits behind it", strings.Join(altered, ", ")),
			Remedy: catalog.Remedy{SQL: "SET lock_timeout = '5s'"}, Advice: "and retry if it fails",
		})
	}
	if len(altered) >= manyTables {
		notes = append(notes, catalog.Note{
			Table: altered[0], Text: fmt.Sprintf("%d tables are locked one after another: %s", len(altered), strings.Join(altered, ", ")),
			Advice: "one revision per table holds each lock for a shorter time, and cannot deadlock with the application",
		})
	}
	return slices.Concat(notes, u.noLongerNull(), u.staleViews(), u.idleRevisions(), u.readingNotes(script))
}

// alteredTables returns the labels of the existing tables that the branch's statements alter or lock.
func (u *upgrade) alteredTables() []string {
	pattern := regexp.MustCompile(`(?is)^\s*(?:ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?|DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?|LOCK\s+(?:TABLE\s+)?|TRUNCATE\s+(?:TABLE\s+)?|` +
		`CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?\S+\s+ON\s+(?:ONLY\s+)?)([\w$."]+)`)
	return u.tablesIn(pattern)
}

// noLongerNull returns a note for each column that becomes NOT NULL, without a default, and had NULLs in the base's rows:
// what wrote them may do so again until new code runs everywhere.
func (u *upgrade) noLongerNull() []catalog.Note {
	var notes []catalog.Note
	for _, print := range u.before.Fingerprint.Tables {
		was, is := u.before.Shape.Table(print.OID), u.after.Shape.Table(print.OID)
		if was == nil || is == nil || print.SampledBy != 1 {
			continue
		}
		for _, c := range print.Columns {
			nulls, old, now := print.Rows-c.Values, was.Column(c.Number), is.Column(c.Number)
			if nulls == 0 || old == nil || now == nil || old.NotNull || !now.NotNull || now.FillsItself() {
				continue
			}
			notes = append(notes, catalog.Note{
				Table: is.Label(), Column: now.Name,
				Text: fmt.Sprintf("%s.%s was NULL in %s and is NOT NULL now: old code that writes none fails", is.Quoted(), now.Name,
					report.Count(nulls, "row")),
				Advice: "first release code that always writes a value, or give the column a default",
			})
		}
	}
	return notes
}

// staleViews returns a note for each materialised view that reads a table which the migration writes to, if the
// migration does not refresh it.
func (u *upgrade) staleViews() []catalog.Note {
	written := u.tablesIn(regexp.MustCompile(`(?is)^\s*(?:UPDATE\s+(?:ONLY\s+)?|INSERT\s+INTO\s+|DELETE\s+FROM\s+(?:ONLY\s+)?|TRUNCATE\s+(?:TABLE\s+)?)([\w$."]+)`))
	// What a view reads cannot be altered, but a partition takes rows with it.
	written = append(written, u.tablesIn(regexp.MustCompile(`(?is)^\s*ALTER\s+TABLE\s+(?:ONLY\s+)?([\w$."]+)\s+(?:ATTACH|DETACH)\b`))...)
	var notes []catalog.Note
	for _, view := range u.after.Shape.Views {
		refreshed := slices.ContainsFunc(u.statements, func(s migrations.Statement) bool {
			return regexp.MustCompile(`(?i)REFRESH\s+MATERIALIZED`).MatchString(s.SQL) || regexp.MustCompile(`(?i)CREATE\s+MATERIALIZED`).MatchString(s.SQL)
		})
		for _, oid := range view.Reads {
			t := u.after.Shape.Table(oid)
			if t != nil && slices.Contains(written, t.Label()) && !refreshed {
				notes = append(notes, catalog.Note{
					Table: t.Label(),
					Text: fmt.Sprintf("the materialised view %s reads %s, which the migration writes to, and shows its old data until it is refreshed",
						view.Name, t.Label()),
					Remedy: catalog.Remedy{SQL: "REFRESH MATERIALIZED VIEW " + view.Name},
				})
				break
			}
		}
	}
	return notes
}

// idleRevisions returns a note for each of the branch's revisions that runs no statement, often left over from an
// autogenerate that found nothing. A merge revision has nothing to run, so it gets no note.
func (u *upgrade) idleRevisions() []catalog.Note {
	if len(u.statements) == 0 {
		return nil // the tool does not report statements
	}
	var notes []catalog.Note
	for _, revision := range u.revisions {
		busy := slices.ContainsFunc(u.statements, func(s migrations.Statement) bool { return s.Revision == revision.ID })
		if !busy && !revision.Merge() {
			notes = append(notes, catalog.Note{Text: fmt.Sprintf("%s runs no statement", revision.ID), Advice: "fill it, or delete it"})
		}
	}
	return notes
}

// readingNotes returns a note if the migration reads rows: a migration that depends on what it reads cannot be written
// as a script. A query that sets a sequence, or does another such thing, has a result that nobody reads.
func (u *upgrade) readingNotes(script string) []catalog.Note {
	doing := regexp.MustCompile(`(?is)^\s*SELECT\s+(?:pg_catalog\.)?(?:setval|pg_notify|lo_unlink|pg_advisory_\w+)\s*\(`)
	read := u.tablesIn(regexp.MustCompile(`(?is)^\s*SELECT\s.*?\sFROM\s+(?:ONLY\s+)?([\w$."]+)`), doing)
	if len(read) == 0 {
		return nil
	}
	notes := []catalog.Note{{
		Table:  read[0],
		Text:   "it reads rows of " + strings.Join(read, ", ") + " while it runs, so " + script + " cannot write it as a script",
		Advice: "if you need scripts, write it as one statement: UPDATE … FROM, INSERT … SELECT",
	}}
	if free := u.readFreely(read); len(free) > 0 {
		notes = append(notes, catalog.Note{
			Table: read[0], Text: "its code reads " + strings.Join(free, ", ") + ": a form of value that no row of the base has was not judged there",
			Advice: "let it cope with a member that is missing, and with a text that is no number, or ask production for such rows first",
		})
	}
	return notes
}

// readFreely returns the columns (table.column) for texts and JSON whose values queries of the branch return.
func (u *upgrade) readFreely(tables []string) (columns []string) {
	for i := range u.before.Shape.Tables {
		t := &u.before.Shape.Tables[i]
		if !slices.Contains(tables, t.Label()) {
			continue
		}
		for n := range t.Columns {
			c := &t.Columns[n]
			free := strings.HasPrefix(c.Base, "json") || c.TakesText()
			if free && slices.ContainsFunc(u.ownStatements(), func(sql string) bool { return returns(sql, t, c) }) {
				columns = append(columns, strings.TrimPrefix(t.Label(), "public.")+"."+c.Name)
			}
		}
	}
	return columns
}

// returns reports whether a query returns the values of a table's column to whoever sent it.
func returns(sql string, t *catalog.Table, c *catalog.Column) bool {
	m := regexp.MustCompile(`(?is)^\s*SELECT\s+(.*?)\sFROM\s.*\b` + regexp.QuoteMeta(t.Name) + `\b`).FindStringSubmatch(sql)
	return m != nil && (m[1] == "*" || strings.HasSuffix(m[1], ".*") || named(c).MatchString(m[1]))
}
