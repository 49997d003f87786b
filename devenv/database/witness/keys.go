package witness

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

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
	if row == nil {
		return b.madeUpKey(ctx, r, key, predicate)
	}
	same, swapped := rowValues{}, rowValues{}
	for i, n := range key {
		c := r.before.Column(n)
		same[n] = literalOf(c, row[i])
		swapped[n] = same[n]
		if c.TakesText() {
			swapped[n] = literalOf(c, swapCase(row[i]))
		}
	}
	alike, err := b.alike(ctx, r, key, same)
	return append(alike, []rowValues{same}, []rowValues{swapped}), "", err
}

// madeUpKey finds key values for a table without a row that has them all.
func (b *breaker) madeUpKey(ctx context.Context, r Restriction, key []int16, predicate string) ([][]rowValues, string, error) {
	if predicate != "" {
		s := valueFinder{maker: b.maker, table: r.before, names: r.after, expression: "(" + predicate + ") IS TRUE", columns: key}
		results, err := s.find(ctx, holds)
		if err != nil || len(results) == 0 {
			return nil, "no values are known that satisfy " + predicate, err
		}
		return [][]rowValues{{results[0], results[0]}}, "", nil
	}
	same, swapped := rowValues{}, rowValues{}
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
	alike, err := b.alike(ctx, r, key, same)
	for i := range alike {
		if len(alike[i]) == 1 {
			alike[i] = append([]rowValues{same}, alike[i]...)
		}
	}
	return append(alike, []rowValues{same, same}, []rowValues{same, swapped}), "", err
}

// twoRows attempts a second row with the values of each of the first few rows in some columns.
func (b *breaker) twoRows(ctx context.Context, r Restriction) (attempts []attempt, problem string, err error) {
	if attempts, err = b.matches(ctx, r); err != nil {
		return nil, "", err
	}
	names := make([]string, len(r.columns))
	for i, name := range r.before.Names(r.columns) {
		names[i] = query.Quote(name) + "::text"
	}
	rows, err := b.maker.tx.Query(ctx, fmt.Sprintf("SELECT DISTINCT ARRAY[%s] FROM %s ORDER BY 1 LIMIT %d", strings.Join(names, ", "),
		query.Quote(r.before.Schema, r.before.Name), mostWitnesses))
	if err != nil {
		return nil, "", err
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[[]*string])
	for _, key := range keys {
		row := rowValues{}
		for i, n := range r.columns {
			row[n] = null
			if key[i] != nil {
				row[n] = literalOf(r.before.Column(n), *key[i])
			}
		}
		attempts = append(attempts, attempt{rows: []rowValues{row}})
	}
	return attempts, "", err
}

// matches attempts two rows with each of the values that a statement compares a column with.
func (b *breaker) matches(ctx context.Context, r Restriction) (attempts []attempt, err error) {
	if r.expression == "" {
		return nil, nil
	}
	rows, err := b.maker.tx.Query(ctx, r.expression)
	if err != nil {
		return nil, err
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, v := range values {
		row := rowValues{r.columns[0]: literalOf(r.before.Column(r.columns[0]), v)}
		other := row
		if r.almost {
			other = rowValues{r.columns[0]: literalOf(r.before.Column(r.columns[0]), swapCase(v))}
		}
		attempts = append(attempts, attempt{rows: []rowValues{row, other}})
	}
	return attempts, err
}

// similar attempts two rows whose texts differ by case, or by a blank at the end.
func (b *breaker) similar(r Restriction) (attempts []attempt) {
	n := r.columns[0]
	value := freshValue(r.before.Column(n), b.maker.next(), "@")
	for _, other := range []string{strings.ToUpper(value), strings.TrimSuffix(value, "'") + " '"} {
		attempts = append(attempts, attempt{rows: []rowValues{{n: value}, {n: other}}})
	}
	return attempts
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
