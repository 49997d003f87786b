package writes

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
	"devenv/devenv/database/witness"
)

// writer writes to one table as one role, in one transaction.
type writer struct {
	tx         pgx.Tx
	shape      *catalog.Shape
	maker      *witness.RowMaker
	table, was *catalog.Table
	role       string
	partly     *Failed  // what was swallowed although other rows are not
	swallows   []string // the UPDATEs of one column that changed no row
}

// asBranch inserts a row, reads it back, changes and deletes it.
func (w *writer) asBranch(ctx context.Context) (*Failed, error) {
	statements, f, err := w.legalRow(ctx)
	if f != nil || err != nil {
		return f, err
	}
	return w.write(ctx, statements)
}

// write writes a row and its parents, which come first.
func (w *writer) write(ctx context.Context, statements []string) (*Failed, error) {
	last := len(statements) - 1
	for _, parent := range statements[:last] {
		if _, err := w.tx.Exec(ctx, parent, pgx.QueryExecModeSimpleProtocol); err != nil {
			return w.failure(parent, err)
		}
	}
	if w.role != "" {
		if _, err := w.tx.Exec(ctx, "SET LOCAL ROLE "+query.Quote(w.role)); err != nil {
			return w.unassumed(err)
		}
	}
	at, f, err := w.insert(ctx, statements[last])
	if f == nil && err == nil && at != (place{}) {
		f, err = w.changeAndDelete(ctx, at)
	}
	if f == nil && err == nil {
		f = w.partly
	}
	return f, err
}

// unassumed says that nothing was tried as a role, since this connection cannot assume it.
func (w *writer) unassumed(refusal error) (*Failed, error) {
	f, err := w.failure("", refusal)
	if f != nil {
		f.Broken, f.SQLState = false, ""
	}
	return f, err
}

// legalRow returns the statements that write a row, of few columns or of all.
func (w *writer) legalRow(ctx context.Context) ([]string, *Failed, error) {
	statements, err := w.maker.Row(ctx, w.table, nil)
	switch {
	case err == nil:
		return statements, nil, nil
	case errors.Is(err, pgx.ErrNoRows): // it was swallowed, which insert finds out about
		return w.maker.Tried(), nil, nil
	}
	f, err := w.failure(w.maker.Last(), err)
	if err != nil || f.Broken {
		return nil, f, err
	}
	statements, err = w.maker.Full(ctx, w.table)
	if err == nil {
		return statements, nil, nil
	}
	if _, err := w.failure("", err); err != nil {
		return nil, nil, err
	}
	err = w.judgeRefusal(ctx, f)
	return nil, f, err
}

// insert inserts a row and reads it back. A role that may insert but not read gets along without.
func (w *writer) insert(ctx context.Context, statement string) (place, *Failed, error) {
	at, err := w.placed(ctx, statement)
	switch {
	case err == nil:
		f, err := w.readBack(ctx, at, statement)
		return at, f, err
	case query.State(err) == "42501" && w.role != "":
		affected, err := w.tryExec(ctx, statement)
		if err == nil && affected > 0 {
			return place{}, nil, nil
		}
		if err != nil {
			f, err := w.failure(statement, err)
			return place{}, f, err
		}
	case !errors.Is(err, pgx.ErrNoRows):
		f, err := w.failure(statement, err)
		return place{}, f, err
	}
	routed, err := w.isRouted(ctx, statement)
	if routed || err != nil {
		return place{}, nil, err
	}
	return w.insertFull(ctx, w.swallowed(statement, "the INSERT reports no error, but writes no row"))
}

// insertFull inserts a copy of an existing row after a row of few columns was swallowed.
func (w *writer) insertFull(ctx context.Context, swallowed *Failed) (place, *Failed, error) {
	statements, err := w.maker.Full(ctx, w.table)
	if err != nil || len(statements) != 1 {
		_, err := w.failure("", err)
		return place{}, swallowed, err
	}
	at, err := w.placed(ctx, statements[0])
	if err == nil {
		w.partly = swallowed
		w.partly.Doubtful, w.partly.Partly = true, true
		w.partly.Detail = "a trigger that returns NULL, or a rule, swallows it, but not a copy of an existing row"
		return at, nil, nil
	}
	_, err = w.failure("", err)
	return place{}, swallowed, err
}

// readBack looks for a row that was written.
func (w *writer) readBack(ctx context.Context, at place, statement string) (*Failed, error) {
	var there bool
	err := w.tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+w.table.Quoted()+at.where()+")", pgx.QueryExecModeSimpleProtocol).Scan(&there)
	if err != nil {
		return w.failure(statement, err)
	}
	if !there {
		return w.swallowed(statement, "the INSERT reports a row, but the row is not there afterwards"), nil
	}
	return nil, nil
}

// tryExec runs a statement in a savepoint and returns how many rows it affected.
func (w *writer) tryExec(ctx context.Context, statement string) (affected int64, err error) {
	err = pgx.BeginFunc(ctx, w.tx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, statement, pgx.QueryExecModeSimpleProtocol)
		affected = tag.RowsAffected()
		return err
	})
	return affected, err
}

// isRouted reports whether an INSERT that writes no row itself adds one all the same: a trigger may put it into a
// table that inherits from this one.
func (w *writer) isRouted(ctx context.Context, statement string) (bool, error) {
	count := func() (n int64, err error) {
		err = w.tx.QueryRow(ctx, "SELECT count(*) FROM "+w.table.Quoted()).Scan(&n)
		return n, err
	}
	var before, after int64
	err := pgx.BeginFunc(ctx, w.tx, func(pgx.Tx) (err error) {
		if before, err = count(); err != nil {
			return err
		}
		if _, err = w.tryExec(ctx, statement); err != nil {
			return err
		}
		after, err = count()
		return err
	})
	if query.Refused(err) {
		return true, nil // it cannot be told
	}
	return after > before, err
}

// ignoreNoRows returns an error, unless it says that there is no row.
func ignoreNoRows(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}

func (w *writer) swallowed(statement, message string) *Failed {
	return &Failed{
		Table: w.table.Label(), Role: w.role, Statement: statement, Broken: true, Message: message,
		Detail: "a trigger that returns NULL, or a rule, swallows it",
	}
}

// changeAndDelete rewrites a row, changes each of its columns, and deletes it. A role without the right does not.
func (w *writer) changeAndDelete(ctx context.Context, at place) (*Failed, error) {
	sets := w.changes()
	for i, set := range sets {
		statement := "UPDATE " + w.table.Quoted() + " SET " + set
		f, moved, err := w.change(ctx, at, statement, i == 0)
		if f != nil || err != nil {
			return f, err
		}
		at = moved
	}
	if len(w.swallows) > 1 && 2*len(w.swallows) >= len(sets) {
		w.partly = w.swallowed(w.swallows[0], "the UPDATE of most columns reports no error, but changes no row")
		w.partly.Doubtful, w.partly.Partly, w.partly.Detail = true, true, "a trigger that returns NULL swallows it"
	}
	at, err := w.keepsOld(ctx, at)
	if err != nil {
		return nil, err
	}
	f, _, err := w.change(ctx, at, "DELETE FROM "+w.table.Quoted(), true)
	return f, err
}

// change runs an UPDATE or a DELETE of a row and returns where the row is now. What a constraint refuses is no fault.
func (w *writer) change(ctx context.Context, at place, statement string, must bool) (*Failed, place, error) {
	moved, err := w.placed(ctx, statement+at.where())
	switch {
	case err == nil:
		return nil, moved, nil
	case errors.Is(err, pgx.ErrNoRows):
		verb, _, _ := strings.Cut(statement, " ")
		if !must {
			w.swallows = append(w.swallows, statement)
		}
		meant, err := w.meansToSwallow(ctx, verb)
		if err != nil || meant || !must {
			return nil, at, err
		}
		return w.swallowed(statement, "the "+verb+" reports no error, but changes no row"), at, nil
	}
	f, err := w.failure(statement, err)
	if err != nil || f.Broken && (f.SQLState != "42501" || w.role == "") {
		return f, at, err
	}
	if must && !f.Broken {
		err = w.judgeRefusal(ctx, f)
		if f.Broken {
			return f, at, err
		}
	}
	return nil, at, err
}

// changes returns what UPDATEs set: all columns to themselves and, if more than constraints looks at the values, one
// column after the other to something else.
func (w *writer) changes() []string {
	const most = 60
	var all, each []string
	for i := range w.table.Columns {
		c := &w.table.Columns[i]
		if c.Generated != "" || c.Identity == "a" {
			continue
		}
		name := query.Identifier(c.Name)
		all = append(all, name+" = "+name)
		if len(w.table.Triggers) > 0 && len(each) < most && w.table.ForeignKey(c.Number) == nil {
			each = append(each, name+" = "+w.maker.Other(c))
		}
	}
	if len(all) == 0 {
		return nil
	}
	return append([]string{strings.Join(all, ", ")}, each...)
}
