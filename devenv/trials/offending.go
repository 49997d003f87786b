package trials

import (
	"context"
	"errors"
	"slices"

	"devenv/devenv/database"
	"devenv/devenv/database/offending"
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
