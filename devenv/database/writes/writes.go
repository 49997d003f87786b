// Package writes tries whether an application, under its own roles, can still write to the tables that a migration
// touched. It may use witness and what that may use.
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

// Failed is a write that does not work. Broken means that the schema is at fault; otherwise no legal row could be
// made.
type Failed struct {
	Table, Role, Statement    string
	SQLState, Message, Detail string
	Broken                    bool
}

// txStarter is a connection or a transaction.
type txStarter interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// Try inserts, updates and deletes a row of each table, as each of its roles (the connection's own for ""), and rolls
// everything back. It returns the writes that failed.
func Try(ctx context.Context, conn txStarter, shape *catalog.Shape, tables []*catalog.Table,
	roles func(*catalog.Table) []string,
) ([]Failed, error) {
	var failed []Failed
	for _, t := range tables {
		for _, role := range roles(t) {
			f, err := tryWrite(ctx, conn, shape, t, role)
			if query.Refused(err) {
				f, err = failure(t, role, "", err)
			}
			if err != nil {
				return nil, fmt.Errorf("write to %s: %w", t.Label(), err)
			}
			if f != nil {
				failed = append(failed, *f)
				break
			}
		}
	}
	return failed, nil
}

// tryWrite writes to one table and rolls that back. A connection that was lost meanwhile is an error: it says nothing
// about the table.
func tryWrite(ctx context.Context, conn txStarter, shape *catalog.Shape, t *catalog.Table, role string) (*Failed, error) {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing must remain
	if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = '20s'"); err != nil {
		return nil, err
	}
	f, err := writeTo(ctx, tx, shape, t, role)
	if err == nil && f != nil && tx.Conn().IsClosed() {
		return nil, fmt.Errorf("the connection was lost: %s", f.Message)
	}
	return f, err
}

// writeTo writes to one table. A sequence that lags behind its column makes a row collide.
func writeTo(ctx context.Context, tx pgx.Tx, shape *catalog.Shape, t *catalog.Table, role string) (*Failed, error) {
	maker := witness.NewRowMaker(tx, shape)
	if f, err := behind(ctx, tx, maker, t); f != nil || err != nil {
		return f, err
	}
	statements, err := maker.Row(ctx, t, nil)
	if err != nil {
		return failure(t, role, maker.Last(), err)
	}
	last := len(statements) - 1
	for _, parent := range statements[:last] {
		if _, err := tx.Exec(ctx, parent, pgx.QueryExecModeSimpleProtocol); err != nil {
			return failure(t, role, parent, err)
		}
	}
	if role != "" {
		if _, err := tx.Exec(ctx, "SET LOCAL ROLE "+query.Quote(role)); err != nil {
			return nil, nil //nolint:nilerr // a role that this connection cannot assume
		}
	}
	for _, statement := range append(statements[last:], update(t, role)...) {
		if _, err := tx.Exec(ctx, statement, pgx.QueryExecModeSimpleProtocol); err != nil {
			return failure(t, role, statement, err)
		}
	}
	return nil, nil
}

// update rewrites the last row as the owner: another role may lack the right.
func update(t *catalog.Table, role string) []string {
	i := slices.IndexFunc(t.Columns, func(c catalog.Column) bool { return c.Generated == "" && c.Identity != "a" })
	if i < 0 || role != "" {
		return nil
	}
	where := " WHERE ctid = (SELECT max(ctid) FROM " + t.Quoted() + ")"
	if t.Partitioned {
		where = ""
	}
	return []string{fmt.Sprintf("UPDATE %s SET %s = %s", t.Quoted(), query.Identifier(t.Columns[i].Name),
		query.Identifier(t.Columns[i].Name)) + where}
}

// behind finds a sequence whose next value is an existing key.
func behind(ctx context.Context, tx pgx.Tx, maker *witness.RowMaker, t *catalog.Table) (*Failed, error) {
	for _, c := range t.Columns {
		if c.Sequence == "" || !c.IsSerial() || !t.Unique(c.Number) {
			continue
		}
		var behind bool
		var next, highest int64
		err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT q.next, q.most, q.next <= q.most FROM (
  SELECT (SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM %s) AS next, (SELECT coalesce(max(%s), 0)::int8 FROM %s) AS most) q
  WHERE (SELECT seqincrement FROM pg_sequence WHERE seqrelid = %s::regclass) > 0`,
			c.Sequence, query.Quote(c.Name), query.Quote(t.Schema, t.Name), query.Literal(c.Sequence))).Scan(&next, &highest, &behind)
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if behind {
			if _, err := maker.Row(ctx, t, map[int16]string{c.Number: "DEFAULT"}); ctx.Err() != nil {
				return nil, err // else it is rejected, now or later: the statement is what matters
			}
			return &Failed{
				Table: t.Label(), Broken: true, SQLState: "23505", Statement: maker.Last(),
				Message: fmt.Sprintf("the next value of the sequence of %s.%s is %d, but rows up to %d exist",
					t.Quoted(), c.Name, next, highest),
				Detail: fmt.Sprintf("SELECT setval('%s', (SELECT max(%s) FROM %s))", c.Sequence, query.Identifier(c.Name), t.Quoted()),
			}, nil
		}
	}
	return nil, nil
}

// brokenStates returns the SQLSTATEs of a write when a function, a trigger or a right does not fit the schema.
func brokenStates() []string {
	return []string{"42703", "42P01", "42883", "42501", "42704", "42804", "42725", "42P02", "2200H", "42846", "42809"}
}

// failure returns how a write failed; an error of the connection stays an error.
func failure(t *catalog.Table, role, statement string, err error) (*Failed, error) {
	f := &Failed{Table: t.Label(), Role: role, Statement: statement, Message: err.Error()}
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
