package trials

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

// compareData compares the data before and after the upgrade. Only if the fingerprints differ are the rows themselves
// compared with those of a fresh clone.
func compareData(ctx context.Context, p *pass, up *upgrade) (err error) {
	if !p.Wants(checks.TrialData) {
		return nil
	}
	defer p.timed(checks.TrialData, time.Now())
	if up.after.Fingerprint, err = p.Fingerprint(ctx, up.seeded.Server); err != nil {
		return err
	}
	changes := up.before.Fingerprint.Compare(up.after.Fingerprint)
	partly := partlyRead(up.before.Fingerprint, changes)
	if len(changes) > 0 {
		changes, err = examine(ctx, p, up, up.after.Fingerprint, changes)
	}
	up.data = checks.DataOutcome{Ran: err == nil, Changes: changes, Causes: up.causes(changes), Partly: partly}
	for _, t := range up.before.Fingerprint.Tables {
		up.data.Rows += t.Rows
	}
	return err
}

// partlyRead returns the tables of which not every row is compared: by a hash or, where that decides nothing, by reading.
func partlyRead(before data.Fingerprint, changes []data.Change) (partly []checks.PartlyRead) {
	for _, t := range before.Tables {
		label, by := t.Schema+"."+t.Name, t.SampledBy
		if slices.ContainsFunc(changes, func(c data.Change) bool { return c.Suspect && c.Table == label }) {
			by = t.ReadBy()
		}
		if t.Rows > 0 && by != 1 {
			partly = append(partly, checks.PartlyRead{Table: label, SampledBy: by})
		}
	}
	return partly
}

// causes returns the statements behind changes of the data, by table or column. A change that more than one place, or
// none, can have made has none; nor has any if the migration runs code in the database, which may make each.
func (u *upgrade) causes(changes []data.Change) map[string]migrations.Statement {
	found := map[string]migrations.Statement{}
	code := regexp.MustCompile(`(?i)^\s*(?:DO|CALL|EXECUTE)\b`)
	if slices.ContainsFunc(u.ownStatements(), code.MatchString) {
		return found
	}
	for _, c := range changes {
		object := c.Table
		if c.Column != "" {
			object += "." + c.Column
		}
		if cause, ok := u.onlyOne(changing(c.Table[strings.LastIndex(c.Table, ".")+1:], c.Column)); ok {
			found[object] = cause
		}
	}
	return found
}

// changing returns a pattern of statements that remove rows of a table, or change or drop one of its columns.
func changing(table, column string) *regexp.Regexp {
	of := `[\w".]*\b` + regexp.QuoteMeta(table) + `\b`
	if column == "" {
		return regexp.MustCompile(`(?is)\b(?:DELETE\s+FROM\s+(?:ONLY\s+)?|(?:DROP\s+TABLE|TRUNCATE)\b[\s\w",.]*)` + of)
	}
	name := `"?\b` + regexp.QuoteMeta(column) + `\b"?`
	return regexp.MustCompile(`(?is)\bUPDATE\s+(?:ONLY\s+)?` + of + `.*\bSET\b.*` + name + `\s*[=,)]` +
		`|\bALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?` + of + `.*\b(?:DROP\s+(?:COLUMN\s+)?(?:IF\s+EXISTS\s+)?` + name +
		`|ALTER\s+(?:COLUMN\s+)?` + name + `\s+(?:SET\s+DATA\s+)?TYPE\b)`)
}

// onlyOne returns the only place of the branch's revisions with a statement that a pattern matches; false if there is
// none, or more than one.
func (u *upgrade) onlyOne(pattern *regexp.Regexp) (one migrations.Statement, ok bool) {
	for _, s := range u.own() {
		switch {
		case !pattern.MatchString(s.SQL):
		case ok && (s.Revision != one.Revision || s.Line != one.Line):
			return migrations.Statement{}, false
		default:
			one, ok = s, true
		}
	}
	return one, ok
}

// meant corrects the marks of changes by what only names and statements tell: whether a column notes when its row was
// changed, whether somebody chose the zone in which times got another type, and whether labels were renamed and no value.
func (u *upgrade) meant(changes []data.Change) []data.Change {
	relabels := slices.ContainsFunc(u.ownStatements(), regexp.MustCompile(`(?is)\bALTER\s+TYPE\b.*\bRENAME\s+VALUE\b`).MatchString)
	zoned := slices.ContainsFunc(u.ownStatements(), regexp.MustCompile(`(?i)\bAT\s+TIME\s+ZONE\b|\btimezone\s*\(`).MatchString)
	for i, c := range changes {
		changes[i].Stamped = c.Stamped && u.stamps(c.Column)
		changes[i].Retyped = c.Retyped && (zoned || !u.holdsTimes(cmp.Or(c.TableNow, c.Table), cmp.Or(c.ColumnNow, c.Column)))
		writes := changing(c.Table[strings.LastIndex(c.Table, ".")+1:], c.Column)
		changes[i].Relabelled = c.Renamed && relabels && !slices.ContainsFunc(u.ownStatements(), writes.MatchString)
	}
	return changes
}

// spelled marks changes as renames of values where the migration's source names each value, before and after.
func spelled(changes []data.Change, source string) []data.Change {
	names := func(value string) bool {
		return value != "" && (strings.Contains(source, "'"+value+"'") || strings.Contains(source, `"`+value+`"`))
	}
	for i, c := range changes {
		named := len(c.Renames) > 0
		for was, is := range c.Renames {
			named = named && names(was) && names(is)
		}
		changes[i].Renamed = c.Renamed || named
	}
	return changes
}

// holdsTimes reports whether a column of a table (schema.table) holds points in time after the upgrade.
func (u *upgrade) holdsTimes(table, column string) bool {
	return slices.ContainsFunc(u.after.Fingerprint.Tables, func(t data.TablePrint) bool {
		return t.Schema+"."+t.Name == table && slices.ContainsFunc(t.Columns, func(c data.ColumnPrint) bool {
			return c.Name == column && strings.HasPrefix(c.Type, "timestamp")
		})
	})
}

// stamps reports whether a column notes when its row was changed: its name says nothing else (password_changed_at is
// about more than the row), or the migration changed it without naming it, so that a trigger or the tool did.
func (u *upgrade) stamps(column string) bool {
	if regexp.MustCompile(`(?i)^((db|row|record|last)_?)?(updat|modif|chang|touch|synced|mtime)`).MatchString(column) {
		return true
	}
	return !slices.ContainsFunc(u.ownStatements(), named(&catalog.Column{Name: column}).MatchString)
}

// examine checks changes against the base's original data, read from a fresh clone.
func examine(ctx context.Context, p *pass, up *upgrade, after data.Fingerprint, changes []data.Change) ([]data.Change, error) {
	source, err := p.source(up.revisions)
	if err != nil {
		return nil, err
	}
	return testbed.OnClone(ctx, p.Testbed, p.Base.WithData, func(original *database.Server) ([]data.Change, error) {
		return withBoth(ctx, original, up.seeded.Server, func(was, is *database.Conn) ([]data.Change, error) {
			before := data.State{Conn: was, Print: up.before.Fingerprint}
			settled, err := data.Examine(ctx, before, data.State{Conn: is, Print: after, Since: up.began}, changes)
			return spelled(up.meant(settled), source), err
		})
	})
}

// withBoth runs do with a connection to each of two servers.
func withBoth[T any](ctx context.Context, one, other *database.Server, do func(one, other *database.Conn) (T, error)) (T, error) {
	return database.Ask(ctx, one, func(ctx context.Context, first *database.Conn) (T, error) {
		return database.Ask(ctx, other, func(_ context.Context, second *database.Conn) (T, error) { return do(first, second) })
	})
}
