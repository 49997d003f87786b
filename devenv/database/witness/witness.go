// Package witness makes rows. It finds what the second of two shapes of a database requires of rows that the first
// did not (Restrictions), and makes rows that are legal before and violate it (Build); RowMaker makes rows that
// violate nothing. It may use offending, data, catalog and query.
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

// Witness is a set of rows that are legal before a move between two schemas and meant to violate one restriction of
// it.
type Witness struct {
	Restriction Restriction
	// Inserts are the statements that write it, parents first. If there are none it could not be built, and Problem
	// tells why.
	Inserts []string
	Problem string
	// Implied means that the schema before already forbids such a row, so nothing can break.
	Implied bool
	wanted  rowValues
}

// breaker makes rows that violate the restrictions of a move.
type breaker struct{ maker *RowMaker }

// mostWitnesses is how many witnesses are made of one restriction.
const mostWitnesses = 3

// Build makes rows for restrictions in a database that has the shape before them, and rolls them back: only the
// statements are wanted. A restriction without any gives one Witness with the reason. The statements of all can run
// one after the other: their keys differ.
func Build(ctx context.Context, conn *pgx.Conn, before *catalog.Shape, restrictions []Restriction) ([]Witness, error) {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("make rows that break the migration: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing must remain
	if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = '20s'"); err != nil {
		return nil, fmt.Errorf("make rows that break the migration: %w", err)
	}
	b := &breaker{maker: &RowMaker{tx: tx, shape: before, guarded: map[uint32][]int16{}, distinct: map[uint32][]int16{}}}
	for _, r := range restrictions {
		if r.guesses() {
			continue
		}
		b.maker.guarded[r.before.OID] = append(b.maker.guarded[r.before.OID], r.columns...)
		b.maker.distinct[r.before.OID] = append(b.maker.distinct[r.before.OID], r.tellsApart()...)
	}
	var witnesses []Witness
	for _, r := range restrictions {
		made, err := b.inSavepoint(ctx, tx, r)
		if err != nil {
			return nil, fmt.Errorf("make a row that breaks %s: %w", r.What, err)
		}
		witnesses = append(witnesses, made...)
	}
	return witnesses, nil
}

// inSavepoint makes the witnesses of one restriction in a savepoint, so that a query which the server rejects ends
// nothing else.
func (b *breaker) inSavepoint(ctx context.Context, tx pgx.Tx, r Restriction) ([]Witness, error) {
	inner, err := tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer inner.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing must remain
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
				made = append(made, Witness{Restriction: r, Inserts: inserts, wanted: a.rows[len(a.rows)-1]})
			}
			if r.oneSaysAll() {
				return made, nil
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
		if r.guesses() {
			problem, implied = "", true
		}
		made = []Witness{{Restriction: r, Problem: problem, Implied: implied && problem == ""}}
	}
	return made, nil
}
