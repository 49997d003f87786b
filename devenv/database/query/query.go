// Package query is what the other packages below database share to query Postgres: names and literals in SQL,
// read-only transactions, and the server's errors. Of devenv's packages it uses sqlstate only.
package query

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"devenv/devenv/sqlstate"
)

// steady sets what the text of a value depends on, and what could hide rows or stop a long scan.
const steady = `SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres';
SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL xmlbinary = 'base64'; SET LOCAL lc_monetary = 'C';
SET LOCAL search_path = ''; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL row_security = off`

// Read runs f in a read-only transaction on one snapshot, with steady settings.
func Read(ctx context.Context, conn *pgx.Conn, f func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, steady, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		return f(tx)
	})
}

// Aside runs f and goes back to where the transaction was before, which releases the locks that f took: a server has
// room for those of some thousands of tables.
func Aside(ctx context.Context, tx pgx.Tx, f func(pgx.Tx) error) error {
	inner, err := tx.Begin(ctx)
	if err != nil {
		return err
	}
	defer inner.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // an error of f says more
	return f(inner)
}

// Refused reports whether Postgres answered with an error. A server that has been ended, or has no memory or disk left,
// has not answered.
func Refused(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && !sqlstate.Machine(refused.Code, refused.Message)
}

// State returns the SQLSTATE of an error from Postgres, empty for any other error.
func State(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

// UnlessRefused returns an error, unless the server refused a statement.
func UnlessRefused(err error) error {
	if Refused(err) {
		return nil
	}
	return err
}
