package database

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// attempts are the ways to make a witness of a restriction; none and no problem: nothing could ever break.
func (b *breaker) attempts(ctx context.Context, r Restriction) (attempts []attempt, problem string, err error) {
	switch r.Kind {
	case RestrictNotNull:
		attempts = b.missing(r)
	case RestrictRow:
		attempts = anyRow()
	case RestrictUnique:
		return b.twice(ctx, r, r.index.Uses, r.index.Predicate)
	case RestrictExclude:
		return b.twice(ctx, r, r.columns, "")
	case RestrictForeignKey:
		attempts, err = b.orphan(ctx, r)
	case RestrictCheck:
		return b.refused(ctx, r, fails)
	case RestrictLabel:
		attempts = one(wish{r.columns[0]: literal(r.label)})
	case RestrictType:
		return b.unfit(r)
	case RestrictCast:
		attempts = []attempt{{rows: []wish{{r.columns[0]: "'?'"}}}, {rows: []wish{{r.columns[0]: "''"}}}}
	case RestrictExpression:
		if r.expression == "" {
			attempts, err = b.tooLarge(ctx, r)
			return attempts, "", err
		}
		attempts, _, err = b.refused(ctx, r, errs)
	}
	return attempts, "", err
}

func one(w wish) []attempt { return []attempt{{rows: []wish{w}}, {rows: []wish{w}, full: full}} }

// anyRow is a row that says as little as it may, and one that has everything.
func anyRow() []attempt { return []attempt{{rows: []wish{{}}}, {rows: []wish{{}}, full: full}} }

// missing: NULL in the column; where the column is new, whatever the migration would fill it from is missing.
func (b *breaker) missing(r Restriction) []attempt {
	if len(r.columns) == 0 {
		return anyRow()
	}
	return []attempt{{rows: []wish{{r.columns[0]: null}}}}
}

// twice: a row with the key of one that is there, or two rows with one key. With a column in the key that is new, two rows
// that are equal in everything.
func (b *breaker) twice(ctx context.Context, r Restriction, key []int16, predicate string) ([]attempt, string, error) {
	for _, n := range key {
		if r.before.Column(n) == nil {
			return []attempt{{rows: []wish{{}, {}}, full: full}}, "", nil
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
	if r.index != nil && r.index.joinsNulls() && len(key) == 1 {
		row := wish{key[0]: null}
		attempts = append(attempts, attempt{rows: []wish{row, row}})
	}
	return attempts, problem, nil
}

// keyOf finds key values: those of a row that is there, as they are and in other letters; else ones that are made.
func (b *breaker) keyOf(ctx context.Context, r Restriction, key []int16, predicate string) ([][]wish, string, error) {
	condition := "true"
	if predicate != "" {
		condition = renamed(predicate, r, key)
	}
	row, err := b.findSafely(ctx, r.before, condition, key)
	if err != nil {
		return nil, "", err
	}
	same, swapped := wish{}, wish{}
	if row != nil {
		for i, n := range key {
			c := r.before.Column(n)
			same[n] = literalOf(c, row[i])
			swapped[n] = same[n]
			if c.text() {
				swapped[n] = literalOf(c, swapCase(row[i]))
			}
		}
		return [][]wish{{same}, {swapped}}, "", nil
	}
	if predicate != "" {
		s := solver{maker: b.maker, table: r.before, names: r.after, expression: "(" + predicate + ") IS TRUE", columns: key}
		solutions, err := s.solve(ctx, holds)
		if err != nil || len(solutions) == 0 {
			return nil, "no values are known that meet " + predicate, err
		}
		return [][]wish{{solutions[0], solutions[0]}}, "", nil
	}
	for _, n := range key {
		c := r.before.Column(n)
		if k := r.before.foreignKey(n); k == nil {
			same[n] = madeValue(c, b.maker.next(), b.maker.shape.labels(c))
			swapped[n] = same[n]
			if c.text() {
				swapped[n] = strings.ToUpper(same[n])
			}
		} else if parent := b.maker.shape.Table(k.Parent); parent != nil {
			keys, err := b.maker.existing(ctx, parent, k.ParentColumns)
			if err != nil || keys == nil {
				return nil, fmt.Sprintf("%s and %s are empty", r.before.quoted(), parent.quoted()), err
			}
			same[n] = literalOf(c, keys[slices.Index(k.Columns, n)])
			swapped[n] = same[n]
		}
	}
	return [][]wish{{same, same}, {same, swapped}}, "", nil
}

// findSafely is find where the condition may not be askable in the schema before: then no row is found.
func (b *breaker) findSafely(ctx context.Context, t *Table, condition string, columns []int16) ([]string, error) {
	inner, err := b.maker.tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	row, err := b.maker.find(ctx, t, condition, columns)
	if refusedByServer(err) {
		return nil, inner.Rollback(ctx)
	}
	if err != nil {
		return nil, err
	}
	return row, inner.Commit(ctx)
}

// renamed is an expression in the columns' names before the move.
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

// orphan: a foreign key that leads to nothing. Where its column is new, any row.
func (b *breaker) orphan(ctx context.Context, r Restriction) ([]attempt, error) {
	w := wish{}
	parent := r.constraint.ParentColumns
	for i, n := range r.columns {
		c := r.before.Column(n)
		if c == nil {
			return anyRow(), nil
		}
		b.maker.serial++
		expression := beyondAll(c, farAway+b.maker.serial)
		if expression == "" {
			w[n] = freshValue(c, b.maker.serial, "")
			continue
		}
		own, err := b.maker.aggregate(ctx, r.before, expression)
		if err != nil {
			return nil, err
		}
		w[n] = literalOf(c, own)
		if p := b.maker.shape.Table(r.constraint.Parent); p != nil && p.Column(parent[i]) != nil {
			theirs, err := b.maker.aggregate(ctx, p, fmt.Sprintf("greatest((%s)::text::%s, %s)", beyondAll(p.Column(parent[i]), farAway+b.maker.serial), c.Type, literal(own)+"::"+c.Type))
			if err == nil {
				w[n] = literalOf(c, theirs)
			} else if !refusedByServer(err) {
				return nil, err
			}
		}
	}
	return one(w), nil
}

// refused: values for which an expression is false, or an error.
func (b *breaker) refused(ctx context.Context, r Restriction, want outcome) ([]attempt, string, error) {
	for _, n := range r.columns {
		if r.before.Column(n) == nil {
			return anyRow(), "", nil // on a column that the migration adds and fills
		}
	}
	expression := r.expression
	if want == errs {
		expression = "ROW(" + expression + ")::text IS NULL"
	}
	s := solver{maker: b.maker, table: r.before, names: r.after, expression: expression, columns: r.columns}
	solutions, err := s.solve(ctx, want)
	if err != nil {
		return nil, "", err
	}
	var attempts []attempt
	for _, w := range solutions {
		attempts = append(attempts, attempt{rows: []wish{w}})
	}
	if len(attempts) == 0 {
		return nil, "no values are known that it refuses", nil
	}
	return attempts, "", nil
}

// longText is the length in bytes above which a column that is there is taken to hold long texts.
const longText = 500

// tooLarge: a value that a btree page cannot hold, where the column holds long texts already.
func (b *breaker) tooLarge(ctx context.Context, r Restriction) ([]attempt, error) {
	for _, n := range r.columns {
		c := r.before.Column(n)
		if c == nil || !c.text() || c.Length > 0 {
			continue
		}
		longest, err := b.maker.aggregate(ctx, r.before, "coalesce(max(octet_length("+quote(c.Name)+")), 0) > "+fmt.Sprint(longText))
		if err != nil {
			return nil, err
		}
		if longest == "true" {
			return one(wish{n: "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 400) AS n)"}), nil
		}
	}
	return nil, nil
}
