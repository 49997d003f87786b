package devenv

import (
	"context"
	"errors"
	"slices"

	"devenv/devenv/database"
	"devenv/devenv/database/offending"
	"devenv/migrations"
	"devenv/migrations/alembic"
)

// offendingRows looks for the rows behind a failed upgrade, in a database as the failed statement found it: the clone in which it
// failed where the statement was the first of the branch's; else what came before it was rolled back, and a fresh clone is upgraded
// up to that statement.
func (r *run) offendingRows(ctx context.Context, f *migrations.Failure, ran []migrations.Statement) (offending.Found, error) {
	first := slices.IndexFunc(ran, func(s migrations.Statement) bool { return s.Revision != "" })
	failed := slices.IndexFunc(ran, func(s migrations.Statement) bool { return s.Revision != "" && s.SQLState != "" })
	if failed <= first {
		return offendingIn(ctx, r.seeded, f)
	}
	return onClone(ctx, r, r.base.WithData, func(fresh *database.Server) (offending.Found, error) {
		_, err := r.tool.Upgrade(ctx, r.tool.Database(fresh), r.target(), alembic.MoveOptions{KeepBefore: ran[failed].Seq})
		var stopped *migrations.Failure
		if err != nil && !errors.As(err, &stopped) {
			return offending.Found{}, err
		}
		return offendingIn(ctx, fresh, f)
	})
}

// offendingIn looks for the rows behind a failure in one database.
func offendingIn(ctx context.Context, server *database.Server, f *migrations.Failure) (offending.Found, error) {
	return database.Ask(ctx, server, func(ctx context.Context, connection *database.Conn) (offending.Found, error) {
		return offending.Find(ctx, connection, violationOf(f))
	})
}
