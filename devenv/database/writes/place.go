package writes

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/query"
)

// place is where a row is, as Postgres knows it; empty if the role cannot read it.
type place struct{ table, ctid string }

// where finds the row.
func (p place) where() string {
	return fmt.Sprintf(" WHERE tableoid = %s::regclass AND ctid = %s", query.Literal(p.table), query.Literal(p.ctid))
}

// placed runs a statement after a savepoint, to which it goes back if no row is written, and returns where its row is.
// All of it is one round trip: there are dozens for each table and role.
func (w *writer) placed(ctx context.Context, statement string) (at place, err error) {
	results, err := w.tx.Conn().PgConn().Exec(ctx, "SAVEPOINT written; "+statement+
		" RETURNING tableoid::regclass::text, ctid::text; SET CONSTRAINTS ALL IMMEDIATE").ReadAll()
	if err == nil && len(results) > 1 && len(results[1].Rows) > 0 {
		row := results[1].Rows[0]
		return w.latest(ctx, place{string(row[0]), string(row[1])})
	}
	if _, failed := w.tx.Exec(ctx, "ROLLBACK TO SAVEPOINT written"); failed != nil {
		return at, errors.Join(err, failed)
	}
	return at, cmp.Or(err, pgx.ErrNoRows)
}

// latest follows a row to where a trigger that ran after it was written has put it.
func (w *writer) latest(ctx context.Context, at place) (place, error) {
	if len(w.table.Triggers) == 0 {
		return at, nil
	}
	now := at
	err := pgx.BeginFunc(ctx, w.tx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "SELECT currtid2("+query.Literal(at.table)+", "+query.Literal(at.ctid)+")::text",
			pgx.QueryExecModeSimpleProtocol).Scan(&now.ctid)
	})
	if query.Refused(err) {
		return at, nil // the role reads some columns only
	}
	return now, err
}
