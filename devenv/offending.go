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

// offendingRows looks for the rows behind a failed upgrade, in a database as the failed statement found it.
func (r *run) offendingRows(ctx context.Context, f *migrations.Failure, ran []migrations.Statement) (offending.Found, error) {
	server, err := r.asFound(ctx, ran)
	if err != nil {
		return offending.Found{}, err
	}
	return offendingIn(ctx, server, f)
}

// offendingIn looks for the rows behind a failure in one database.
func offendingIn(ctx context.Context, server *database.Server, f *migrations.Failure) (offending.Found, error) {
	return database.Ask(ctx, server, func(ctx context.Context, connection *database.Conn) (offending.Found, error) {
		return offending.Find(ctx, connection, violationOf(f))
	})
}

// asFound returns the clone in which the upgrade failed where the failed statement was the first of the branch's; else what
// came before it was rolled back, and a fresh clone is upgraded up to that statement.
func (r *run) asFound(ctx context.Context, ran []migrations.Statement) (*database.Server, error) {
	first := slices.IndexFunc(ran, func(s migrations.Statement) bool { return s.Revision != "" })
	failed := slices.IndexFunc(ran, func(s migrations.Statement) bool { return s.Revision != "" && s.SQLState != "" })
	if failed <= first {
		return r.seeded, nil
	}
	fresh, err := r.clone(ctx, r.base.WithData, database.NetworkAlias{})
	if err != nil {
		return nil, err
	}
	_, err = r.tool.Upgrade(ctx, r.tool.Database(fresh), r.target(), alembic.MoveOptions{KeepBefore: ran[failed].Seq})
	var stopped *migrations.Failure
	if err != nil && !errors.As(err, &stopped) {
		return nil, err
	}
	return fresh, nil
}
