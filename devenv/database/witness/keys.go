package witness

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// duplicateKey attempts a row with the key of an existing one, or two rows with the same key. If a column of the key
// is new, it attempts two rows that are equal in everything.
func (b *breaker) duplicateKey(ctx context.Context, r Restriction, key []int16, predicate string) ([]attempt, string, error) {
	for _, n := range key {
		if r.before.Column(n) == nil {
			return []attempt{{rows: []rowValues{{}, {}}, full: full}}, "", nil
		}
	}
	var attempts []attempt
	values, problem, err := b.keyOf(ctx, r, key, predicate)
	if err != nil {
		return nil, "", err
	}
	for _, same := range values {
		attempts = append(attempts, attempt{rows: same})
	}
	if r.index != nil && r.index.JoinsNulls() && len(key) == 1 {
		row := rowValues{key[0]: null}
		attempts = append(attempts, attempt{rows: []rowValues{row, row}})
	}
	return attempts, problem, nil
}

// keyOf finds key values: those of an existing row, unchanged and with the letters' case swapped; else made-up ones.
func (b *breaker) keyOf(ctx context.Context, r Restriction, key []int16, predicate string) ([][]rowValues, string, error) {
	condition := "true"
	if predicate != "" {
		condition = renamed(predicate, r, key)
	}
	row, err := b.findSafely(ctx, r.before, condition, key)
	if err != nil {
		return nil, "", err
	}
	same, swapped := rowValues{}, rowValues{}
	if row != nil {
		for i, n := range key {
			c := r.before.Column(n)
			same[n] = literalOf(c, row[i])
			swapped[n] = same[n]
			if c.TakesText() {
				swapped[n] = literalOf(c, swapCase(row[i]))
			}
		}
		return [][]rowValues{{same}, {swapped}}, "", nil
	}
	if predicate != "" {
		s := valueFinder{maker: b.maker, table: r.before, names: r.after, expression: "(" + predicate + ") IS TRUE", columns: key}
		results, err := s.find(ctx, holds)
		if err != nil || len(results) == 0 {
			return nil, "no values are known that satisfy " + predicate, err
		}
		return [][]rowValues{{results[0], results[0]}}, "", nil
	}
	for _, n := range key {
		c := r.before.Column(n)
		if k := r.before.ForeignKey(n); k == nil {
			same[n] = newValue(c, b.maker.next(), b.maker.shape.Labels(c))
			swapped[n] = same[n]
			if c.TakesText() {
				swapped[n] = strings.ToUpper(same[n])
			}
		} else if parent := b.maker.shape.Table(k.Parent); parent != nil {
			keys, err := b.maker.existing(ctx, parent, k.ParentColumns)
			if err != nil || keys == nil {
				return nil, fmt.Sprintf("%s and %s are empty", r.before.Quoted(), parent.Quoted()), err
			}
			same[n] = literalOf(c, keys[slices.Index(k.Columns, n)])
			swapped[n] = same[n]
		}
	}
	return [][]rowValues{{same, same}, {same, swapped}}, "", nil
}

// findSafely is find for a condition that may be invalid in the schema before: then it finds no row.
func (b *breaker) findSafely(ctx context.Context, t *catalog.Table, condition string, columns []int16) ([]string, error) {
	inner, err := b.maker.tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	row, err := b.maker.find(ctx, t, condition, columns)
	if query.Refused(err) {
		return nil, inner.Rollback(ctx)
	}
	if err != nil {
		return nil, err
	}
	return row, inner.Commit(ctx)
}

// renamed returns an expression with the columns' names from before the move.
func renamed(expression string, r Restriction, columns []int16) string {
	for _, n := range columns {
		was, is := r.before.Column(n), r.after.Column(n)
		if was != nil && is != nil && was.Name != is.Name {
			expression = strings.ReplaceAll(expression, is.Name, was.Name)
		}
	}
	return expression
}

func swapCase(text string) string {
	if upper := strings.ToUpper(text); upper != text {
		return upper
	}
	return strings.ToLower(text)
}
