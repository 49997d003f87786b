// Package writes tries whether an application, under its own roles, can still write to the tables that a migration
// touched: as its branch writes, and as its base does. It may use witness and what that may use.
package writes

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
	"devenv/devenv/database/witness"
)

// Target is a table to write to.
type Target struct {
	Table *catalog.Table
	// Was is the table as the base's application knows it; nil if that does not write to it.
	Was *catalog.Table
	// Roles are those that write, the connection's own as "".
	Roles []string
}

// Result is what became of the writes. Written are the tables (schema.table) to which a row was written, in which it
// was read back, changed and removed, by every role.
type Result struct {
	Failed  []Failed
	Written []string
}

// Failed is a write that does not work.
type Failed struct {
	Table, Role, Statement string
	// Column is what a sequence or a constant is at fault for; Sequence is the one that is behind, quoted, and Constant the
	// value that the base's rows hold.
	Column, Sequence, Constant string
	SQLState, Message, Detail  string
	// Broken means that the schema is at fault; otherwise no legal row could be made, or the role not be assumed.
	// Doubtful means that every row that was tried is refused, although the code that refuses them looks at the row, or
	// that a sequence collides later.
	Broken, Doubtful bool
	// Copied means that a copy of a row that exists is among those refused, since only new rows are.
	Copied bool
	// Partly means that other rows can be written.
	Partly bool
	// Old means that only the base's application fails. Predicted means that nothing was refused: the message is
	// devenv's, and SQLState what the server will give.
	Old, Predicted bool
}

// txStarter is a connection or a transaction.
type txStarter interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// Try inserts, updates and deletes a row of each table, as each of its roles and as its base's application, and rolls
// everything back.
func Try(ctx context.Context, conn txStarter, shape *catalog.Shape, targets []Target) (result Result, err error) {
	for _, target := range targets {
		failed, err := tryTarget(ctx, conn, shape, target)
		if err != nil {
			return Result{}, fmt.Errorf("write to %s: %w", target.Table.Label(), err)
		}
		result.Failed = append(result.Failed, failed...)
		if !slices.ContainsFunc(failed, func(f Failed) bool { return !f.Old && !f.Partly }) {
			result.Written = append(result.Written, target.Table.Label())
		}
	}
	return result, nil
}

// tryTarget returns the writes to a table that fail: the first that does, after the first that could not be tried.
func tryTarget(ctx context.Context, conn txStarter, shape *catalog.Shape, target Target) (failed []Failed, err error) {
	for _, role := range target.Roles {
		f, err := inTransaction(ctx, conn, shape, target, role, (*writer).asBranch)
		switch {
		case err != nil:
			return nil, err
		case f != nil && (f.Broken || f.SQLState != ""):
			return append(failed, *f), nil
		case f != nil && len(failed) == 0:
			failed = append(failed, *f)
		}
	}
	if target.Was == nil || len(target.Roles) == 0 {
		return failed, nil
	}
	f, err := inTransaction(ctx, conn, shape, target, target.Roles[len(target.Roles)-1], (*writer).asBase)
	if f != nil {
		failed = append(failed, *f)
	}
	return failed, err
}

// inTransaction writes to one table and rolls that back. A connection that was lost meanwhile is an error: it says
// nothing about the table.
func inTransaction(ctx context.Context, conn txStarter, shape *catalog.Shape, target Target, role string,
	write func(*writer, context.Context) (*Failed, error),
) (*Failed, error) {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing must remain
	if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = '20s'"); err != nil {
		return nil, err
	}
	w := &writer{tx: tx, shape: shape, maker: witness.NewRowMaker(tx, shape), table: target.Table, was: target.Was, role: role}
	f, err := write(w, ctx)
	if err != nil {
		f, err = w.failure("", err)
	}
	if err == nil && f != nil && tx.Conn().IsClosed() {
		return nil, fmt.Errorf("the connection was lost: %s", f.Message)
	}
	return f, err
}

// brokenStates returns the SQLSTATEs of a write when a function, a trigger or a right does not fit the schema.
func brokenStates() []string {
	return []string{
		"42703", "42P01", "42883", "42501", "42704", "42804", "42725", "42P02", "2200H", "42846", "42809", "42702",
		"2F005", "39P01", "42P17", "54001", "55000", "0A000", "3F000", "428C9",
	}
}

// failure returns how a write failed; an error of the connection stays an error.
func (w *writer) failure(statement string, err error) (*Failed, error) {
	f := &Failed{Table: w.table.Label(), Role: w.role, Statement: statement, Message: err.Error()}
	var refused *pgconn.PgError
	switch {
	case query.Refused(err) && errors.As(err, &refused):
		f.SQLState, f.Message, f.Detail = refused.Code, refused.Message, refused.Where
		f.Broken = slices.Contains(brokenStates(), refused.Code)
	case query.State(err) != "", errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil, err
	}
	return f, nil
}
