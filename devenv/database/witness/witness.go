// Package witness makes rows. Between two shapes of a database it finds what the second asks of rows that the first did not
// (Restrictions), and makes rows that are legal before and break it (Build); RowMaker makes rows that break nothing. It may use
// offending, data, catalog and query.
package witness

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
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

// breaker makes rows that break the restrictions of a move.
type breaker struct{ maker *RowMaker }

// mostWitnesses is how many are made of one restriction.
const mostWitnesses = 3

// Build makes rows for restrictions in a database that has the shape before them, and takes them back: the statements are
// what is wanted. A restriction for which none could be made gives one Witness with the reason. The statements of all can be
// run one after the other: their keys differ.
func Build(ctx context.Context, conn *pgx.Conn, before *catalog.Shape, restrictions []Restriction) ([]Witness, error) {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("make rows that break the migration: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is to stay
	if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = '20s'"); err != nil {
		return nil, fmt.Errorf("make rows that break the migration: %w", err)
	}
	b := &breaker{maker: &RowMaker{tx: tx, shape: before, guarded: map[uint32][]int16{}}}
	for _, r := range restrictions {
		b.maker.guarded[r.before.OID] = append(b.maker.guarded[r.before.OID], r.columns...)
	}
	var witnesses []Witness
	for _, r := range restrictions {
		made, err := b.apart(ctx, tx, r)
		if err != nil {
			return nil, fmt.Errorf("make a row that breaks %s: %w", r.What, err)
		}
		witnesses = append(witnesses, made...)
	}
	return witnesses, nil
}

// apart makes the witnesses of one restriction in a savepoint, so that a question which the server refuses ends nothing else.
func (b *breaker) apart(ctx context.Context, tx pgx.Tx, r Restriction) ([]Witness, error) {
	inner, err := tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer inner.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is to stay
	b.maker.tx = inner
	made, err := b.witnesses(ctx, r)
	if query.Refused(err) {
		return []Witness{{Restriction: r, Problem: err.Error()}}, nil
	}
	return made, err
}

// witnesses makes the witnesses of one restriction.
func (b *breaker) witnesses(ctx context.Context, r Restriction) ([]Witness, error) {
	attempts, problem, err := b.attempts(ctx, r)
	if err != nil {
		return nil, err
	}
	var made []Witness
	implied := len(attempts) == 0 && problem == ""
	for _, a := range attempts {
		if len(made) == mostWitnesses {
			break
		}
		inserts, err := b.maker.build(ctx, r.before, a)
		var refused *buildError
		switch {
		case err == nil:
			if !slices.ContainsFunc(made, func(w Witness) bool { return slices.Equal(w.Inserts, inserts) }) {
				made = append(made, Witness{Restriction: r, Inserts: inserts})
			}
			if r.Kind == RestrictCheck || r.Kind == RestrictExpression || r.Kind == RestrictUnique && !r.index.JoinsNulls() {
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
