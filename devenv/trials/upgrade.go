package trials

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/database/forward"
	"devenv/devenv/database/writes"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

// upgrade is the upgrade of the base's data: the database's state before and after it, and the statements in between.
type upgrade struct {
	outcome       checks.Outcome
	began         time.Time
	seeded        *testbed.Seeded
	before, after testbed.State
	statements    []migrations.Statement
	data          checks.DataOutcome
	// left is what a failed upgrade changed in the schema all the same.
	left []catalog.Difference
	// revisions are the branch's own.
	revisions []migrations.Revision
}

// worked reports whether the upgrade succeeded and left the database at the head.
func (u *upgrade) worked() bool {
	return u.outcome.Ran && u.outcome.Failure == nil && !u.outcome.Unrecorded
}

// isAtomic reports whether the upgrade is a single transaction, so that a failure leaves the database unchanged. The
// tool must report the transaction of every statement.
func (u *upgrade) isAtomic() bool {
	reported := !slices.ContainsFunc(u.statements, func(s migrations.Statement) bool { return s.Revision != "" && s.Transaction == "" })
	return reported && transactions(u.statements) == 1
}

// own returns the statements of the branch's revisions.
func (u *upgrade) own() []migrations.Statement {
	return slices.DeleteFunc(slices.Clone(u.statements), func(s migrations.Statement) bool { return s.Revision == "" })
}

// ownStatements returns the SQL of the statements of the branch's revisions.
func (u *upgrade) ownStatements() []string {
	var own []string
	for _, s := range u.own() {
		own = append(own, s.SQL)
	}
	return own
}

// tablesIn returns the labels of the existing tables that the pattern's first group matches in the branch's statements.
func (u *upgrade) tablesIn(pattern *regexp.Regexp, but ...*regexp.Regexp) []string {
	var found []string
	for _, s := range u.statements {
		m := pattern.FindStringSubmatch(s.SQL)
		if s.Revision == "" || m == nil || slices.ContainsFunc(but, func(p *regexp.Regexp) bool { return p.MatchString(s.SQL) }) {
			continue
		}
		name := strings.ReplaceAll(m[1], `"`, "")
		for _, t := range u.before.Shape.Tables {
			if (name == t.Name || name == t.Label()) && !slices.Contains(found, t.Label()) {
				found = append(found, t.Label())
			}
		}
	}
	return found
}

// lastToTouch returns the branch's last statement that names a table (schema.table), or its only one; the zero value if
// none of several does.
func (u *upgrade) lastToTouch(table string) migrations.Statement {
	_, name, _ := strings.Cut(table, ".")
	own, names := u.own(), regexp.MustCompile(`\b`+regexp.QuoteMeta(name)+`\b`)
	for _, s := range slices.Backward(own) {
		if len(own) == 1 || names.MatchString(s.SQL) {
			return s
		}
	}
	return migrations.Statement{}
}

// columnAfter returns a change's table and column in the shape after the upgrade; nil if they no longer exist.
func (u *upgrade) columnAfter(c data.Change) (*catalog.Table, *catalog.Column) {
	tables := u.after.Shape.Tables
	i := slices.IndexFunc(tables, func(t catalog.Table) bool { return t.Label() == c.Table })
	if i < 0 {
		return nil, nil
	}
	j := slices.IndexFunc(tables[i].Columns, func(k catalog.Column) bool { return k.Name == c.Column })
	if j < 0 {
		return &tables[i], nil
	}
	return &tables[i], &tables[i].Columns[j]
}

// defaulted reports whether the upgrade added a column that holds only what its default, identity or expression put
// there: no statement but DDL names it, so another upgrade fills it again.
func (u *upgrade) defaulted(t *catalog.Table, c *catalog.Column) bool {
	if was := u.before.Shape.Table(t.OID); was == nil || was.Column(c.Number) != nil || c.Default+c.Identity+c.Generated == "" {
		return false
	}
	ddl := regexp.MustCompile(`(?i)^\s*(?:ALTER|CREATE|COMMENT|DROP|GRANT)\b`)
	return !slices.ContainsFunc(u.ownStatements(), func(sql string) bool { return !ddl.MatchString(sql) && named(c).MatchString(sql) })
}

// numberedAnew reports whether every upgrade may number a column's values differently: the migration adds rows to its
// table or to one that it references, or fills it from a sequence.
func (u *upgrade) numberedAnew(t *catalog.Table, c *catalog.Column) bool {
	rows := func(f data.Fingerprint, oid uint32) int64 {
		i := slices.IndexFunc(f.Tables, func(t data.TablePrint) bool { return t.OID == oid })
		if i < 0 {
			return -1
		}
		return f.Tables[i].Rows
	}
	grown := func(oid uint32) bool { return rows(u.before.Fingerprint, oid) != rows(u.after.Fingerprint, oid) }
	if grown(t.OID) || slices.ContainsFunc(u.ownStatements(),
		func(sql string) bool { return named(c).MatchString(sql) && strings.Contains(sql, "nextval(") }) {
		return true
	}
	return slices.ContainsFunc(t.Constraints, func(k catalog.Constraint) bool {
		return k.Kind == "f" && slices.Contains(k.Columns, c.Number) && grown(k.Parent)
	})
}

// named returns a pattern that finds a column's name in a statement.
func named(c *catalog.Column) *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(c.Name) + `\b`)
}

// makes reports whether the upgrade made a table (schema.table), under a name that none had before.
func (u *upgrade) makes(label string) bool {
	named := func(t catalog.Table) bool { return t.Label() == label }
	i := slices.IndexFunc(u.after.Shape.Tables, named)
	return i >= 0 && u.before.Shape.Table(u.after.Shape.Tables[i].OID) == nil && !slices.ContainsFunc(u.before.Shape.Tables, named)
}

// keepsOut reports whether the application is hardly meant to write to a new table in a new schema: their names say what
// others do with them, some role got rights there, or a function of the migration writes to it.
func (u *upgrade) keepsOut(t *catalog.Table) bool {
	writes := regexp.MustCompile(`(?is)\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\b.*\b` + regexp.QuoteMeta(t.Name) + `\b`)
	return forOthers(t.Label()) || slices.ContainsFunc(u.ownStatements(), writes.MatchString) ||
		slices.ContainsFunc(slices.Collect(maps.Keys(u.after.Access.Rights)), func(g forward.Grant) bool {
			return g.Object == "schema:"+t.Schema || g.Object == "table:"+t.Label()
		})
}

// forOthers reports whether a word of a name says that the application hardly writes there.
func forOthers(name string) bool {
	return regexp.MustCompile(`(?i)(?:^|[._])(?:archiv\w*|audit\w*|backups?|old|stag(?:e|ing)|imports?|exports?|etl|report(?:s|ing)?|analy\w*|` +
		`internal|private|ops|logs?|histor\w*|te?mp|legacy|admin\w*|maint\w*|quarantin\w*|deleted|removed|trash)(?:[._]|$)`).MatchString(name)
}

// asGranted leaves out the roles that a new table is not meant for: those that got other rights on it than to insert, and
// all of them if it was made from a query, as a copy or a report is, or is filled by one and named like an archive.
func (u *upgrade) asGranted(target *writes.Target) {
	label := target.Table.Label()
	if target.Was != nil || !u.makes(label) {
		return
	}
	made := regexp.MustCompile(`(?is)^\s*(?:CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:\w+\.)?"?` +
		regexp.QuoteMeta(target.Table.Name) + `"?\s+AS\b|SELECT\b.*\bINTO\s+(?:TABLE\s+)?(?:\w+\.)?"?` + regexp.QuoteMeta(target.Table.Name) + `\b)`)
	filled := regexp.MustCompile(`(?is)\bINSERT\s+INTO\s+(?:\w+\.)?"?` + regexp.QuoteMeta(target.Table.Name) + `\b.*\b(?:SELECT|TABLE)\b`)
	isQuery := slices.ContainsFunc(u.ownStatements(), func(sql string) bool {
		return made.MatchString(sql) || forOthers(target.Table.Name) && filled.MatchString(sql)
	})
	target.Roles = slices.DeleteFunc(target.Roles, func(role string) bool {
		rights := u.after.Access.Rights[forward.Grant{Role: role, Object: "table:" + label}]
		return role != "" && !strings.Contains(rights, "INSERT") && (rights != "" || isQuery)
	})
}

// columnNow returns what a column of a table is called in the same table after a move.
func columnNow(was, is *catalog.Table, name string) string {
	i := slices.IndexFunc(was.Columns, func(c catalog.Column) bool { return c.Name == name })
	if i < 0 {
		return name
	}
	if now := is.Column(was.Columns[i].Number); now != nil {
		return now.Name
	}
	return name
}
