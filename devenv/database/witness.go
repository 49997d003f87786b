package database

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Witness is rows that are legal before a move between two schemas, made to break one restriction of it.
type Witness struct {
	Restriction Restriction
	// Inserts are the statements that write it, parents first. None: it could not be built, and Problem says why.
	Inserts []string
	Problem string
	// Implied says that the schema before forbids such a row already, so that nothing can break.
	Implied bool
}

// mostWitnesses is how many are made of one restriction.
const mostWitnesses = 3

// BuildWitnesses makes rows for restrictions in a database that has the shape before them, and takes them back: the
// statements are what is wanted. A restriction for which none could be made gives one Witness with the reason. The statements
// of all can be run one after the other: their keys differ.
func BuildWitnesses(ctx context.Context, conn *pgx.Conn, before *Shape, restrictions []Restriction) ([]Witness, error) {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("make rows that break the migration: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is to stay
	if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = '20s'"); err != nil {
		return nil, fmt.Errorf("make rows that break the migration: %w", err)
	}
	maker := &rowMaker{tx: tx, shape: before, guarded: map[uint32][]int16{}}
	for _, r := range restrictions {
		maker.guarded[r.before.OID] = append(maker.guarded[r.before.OID], r.columns...)
	}
	var witnesses []Witness
	for _, r := range restrictions {
		made, err := maker.apart(ctx, tx, r)
		if err != nil {
			return nil, fmt.Errorf("make a row that breaks %s: %w", r.What, err)
		}
		witnesses = append(witnesses, made...)
	}
	return witnesses, nil
}

// apart makes the witnesses of one restriction in a savepoint, so that a question which the server refuses ends nothing else.
func (m *rowMaker) apart(ctx context.Context, tx pgx.Tx, r Restriction) ([]Witness, error) {
	inner, err := tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer inner.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is to stay
	m.tx = inner
	made, err := m.witnesses(ctx, r)
	if refusedByServer(err) {
		return []Witness{{Restriction: r, Problem: err.Error()}}, nil
	}
	return made, err
}

// attempt is one way to make a witness: the wanted values of one row or of several.
type attempt struct {
	rows []wish
	full fullness
}

// witnesses makes the witnesses of one restriction.
func (m *rowMaker) witnesses(ctx context.Context, r Restriction) ([]Witness, error) {
	attempts, problem, err := m.attempts(ctx, r)
	if err != nil {
		return nil, err
	}
	var made []Witness
	implied := len(attempts) == 0 && problem == ""
	for _, a := range attempts {
		if len(made) == mostWitnesses {
			break
		}
		inserts, err := m.build(ctx, r.before, a)
		var refused *buildError
		switch {
		case err == nil:
			if !slices.ContainsFunc(made, func(w Witness) bool { return slices.Equal(w.Inserts, inserts) }) {
				made = append(made, Witness{Restriction: r, Inserts: inserts})
			}
			if r.Kind == RestrictCheck || r.Kind == RestrictExpression || r.Kind == RestrictUnique && !r.index.joinsNulls() {
				return made, nil // one row says all that the others could
			}
		case errors.Is(err, errImplied):
			implied = true
		case errors.As(err, &refused):
			problem = refused.Error()
		default:
			return nil, err
		}
	}
	if len(made) == 0 {
		made = []Witness{{Restriction: r, Problem: problem, Implied: implied && problem == ""}}
	}
	return made, nil
}

// buildError is why a row could not be made, as opposed to why the database could not be asked.
type buildError struct{ cause error }

// Error implements error.
func (e *buildError) Error() string { return e.cause.Error() }

// Unwrap returns the cause.
func (e *buildError) Unwrap() error { return e.cause }

// build makes the rows of an attempt in a savepoint, which it takes back, and returns the statements.
func (m *rowMaker) build(ctx context.Context, t *Table, a attempt) ([]string, error) {
	m.statements = nil
	inner, err := m.tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer inner.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is to stay
	for _, row := range a.rows {
		if _, err := m.insert(ctx, t, maps.Clone(row), a.full, 0); err != nil {
			if errors.Is(err, errImplied) || ctx.Err() != nil {
				return nil, err
			}
			return nil, &buildError{err}
		}
	}
	return slices.Clone(m.statements), nil
}
