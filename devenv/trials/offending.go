package trials

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database"
	"devenv/devenv/database/offending"
	"devenv/devenv/database/writes"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

// rowsBehind looks for the rows that made an upgrade fail, in a database in the state in which the failed statement
// found it. If that was the branch's first statement, the database where it failed will do; otherwise the statements
// before it were rolled back, so a database as it was before is upgraded up to the failed statement.
func rowsBehind(ctx context.Context, p *pass, up *upgrade) (offending.Found, error) {
	first := slices.IndexFunc(up.statements, func(s migrations.Statement) bool { return s.Revision != "" })
	failed := slices.IndexFunc(up.statements, func(s migrations.Statement) bool { return s.Revision != "" && s.SQLState != "" })
	observer, unable := p.Tool.Observer()
	if failed <= first || unable != nil {
		return rowsIn(ctx, up.seeded.Server, up.outcome.Failure)
	}
	look := func(server *database.Server) (offending.Found, error) {
		o := migrations.MoveOptions{KeepBefore: up.statements[failed].Seq}
		_, err := observer.UpgradeWith(ctx, p.Tool.Database(server), p.head(), o)
		var stopped *migrations.Failure
		if err != nil && !errors.As(err, &stopped) {
			return offending.Found{}, err
		}
		return rowsIn(ctx, server, up.outcome.Failure)
	}
	if up.isAtomic() && len(up.left) == 0 { // nobody else needs the database any more, and it is as it was
		return look(up.seeded.Server)
	}
	return testbed.OnClone(ctx, p.Testbed, p.Base.WithData, look)
}

// rowsIn looks in a database for the rows that caused a failure.
func rowsIn(ctx context.Context, server *database.Server, f *migrations.Failure) (offending.Found, error) {
	return database.Ask(ctx, server, func(ctx context.Context, connection *database.Conn) (offending.Found, error) {
		return offending.Find(ctx, connection, violationOf(f))
	})
}

// violationOf converts a failure for package offending.
func violationOf(f *migrations.Failure) offending.Violation {
	return offending.Violation{
		SQLState: f.SQLState, Message: f.Message, Detail: f.Detail, Schema: f.Schema, Table: f.Table, Column: f.Column,
		Constraint: f.Constraint, Statement: f.Statement,
	}
}

// causeOf returns the statement behind a write that fails: of a sequence that is behind, the last one that sets it or
// writes rows past it; of a right that is missing, the last one that revokes it; of a label, the last one that changes its
// type; of a column that Postgres names, the last one that names it too, and if it must not be NULL, that says so.
func (u *upgrade) causeOf(f writes.Failed) migrations.Statement {
	_, table, _ := strings.Cut(f.Table, ".")
	var causes []migrations.Statement
	if f.Sequence != "" {
		sequence := strings.ReplaceAll(f.Sequence[strings.LastIndex(f.Sequence, ".")+1:], `"`, "")
		causes = u.matching(`\b` + regexp.QuoteMeta(sequence) + `\b|\b(?:INSERT\s+INTO|COPY|MERGE\s+INTO|setval|RESTART)\b.*\b` +
			regexp.QuoteMeta(table) + `\b|\b` + regexp.QuoteMeta(table) + `\b.*\bRESTART\b`)
	} else if m := regexp.MustCompile(`^permission denied for (\w+) (\S+)$`).FindStringSubmatch(f.Message); m != nil {
		causes = u.matching(`\bREVOKE\b.*\bON\b.*\b(?:ALL\s+` + m[1] + `S|` + regexp.QuoteMeta(m[2]) + `)\b`)
	} else if m := regexp.MustCompile(`invalid input value for enum (?:\S+\.)?"?(\w+)"?: `).FindStringSubmatch(f.Message); m != nil {
		causes = u.matching(`\b(?:ALTER|DROP)\s+TYPE\b[^;]*\b` + m[1] + `\b`)
	} else if m := regexp.MustCompile(`column "([^"]+)"`).FindStringSubmatch(f.Message); m != nil {
		of, column := `\b`+regexp.QuoteMeta(table)+`\b`, `\b`+regexp.QuoteMeta(m[1])+`\b`
		if strings.HasPrefix(f.Message, "null value") {
			causes = u.matching(of, column, refusesNull(m[1]))
		}
		if len(causes) == 0 {
			causes = u.matching(of, column)
		}
	}
	if len(causes) == 0 {
		return u.lastToTouch(f.Table)
	}
	return causes[len(causes)-1]
}

// matching returns the branch's statements that match all patterns.
func (u *upgrade) matching(patterns ...string) []migrations.Statement {
	statements := u.own()
	for _, p := range patterns {
		pattern := regexp.MustCompile(`(?is)` + p)
		statements = slices.DeleteFunc(statements, func(s migrations.Statement) bool { return !pattern.MatchString(s.SQL) })
	}
	return statements
}

// refusesNull returns a pattern of statements that make a column NOT NULL, or have made it so.
func refusesNull(column string) string {
	name := `"?\b` + regexp.QuoteMeta(column) + `\b"?`
	made := `\b(?:ADD|CREATE\s+TABLE)\b.*` + name + `\s+(?:[^,()]|\([^()]*\))*\bNOT\s+NULL\b`
	return name + `\s+SET\s+NOT\s+NULL\b|` + made + `|\bPRIMARY\s+KEY\s*\([^)]*` + name
}
