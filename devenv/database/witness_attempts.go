package database

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// attempts are the ways to make a witness of a restriction; none and no problem: nothing could ever break.
func (m *rowMaker) attempts(ctx context.Context, r Restriction) (attempts []attempt, problem string, err error) {
	switch r.Kind {
	case RestrictNotNull:
		attempts = m.missing(r)
	case RestrictRow:
		attempts = anyRow()
	case RestrictUnique:
		return m.twice(ctx, r, r.index.Uses, r.index.Predicate)
	case RestrictExclude:
		return m.twice(ctx, r, r.columns, "")
	case RestrictForeignKey:
		attempts, err = m.orphan(ctx, r)
	case RestrictCheck:
		return m.refused(ctx, r, fails)
	case RestrictLabel:
		attempts = one(wish{r.columns[0]: literal(r.label)})
	case RestrictType:
		return m.unfit(r)
	case RestrictCast:
		attempts = []attempt{{rows: []wish{{r.columns[0]: "'?'"}}}, {rows: []wish{{r.columns[0]: "''"}}}}
	case RestrictExpression:
		if r.expression == "" {
			attempts, err = m.tooLarge(ctx, r)
			return attempts, "", err
		}
		attempts, _, err = m.refused(ctx, r, errs)
	}
	return attempts, "", err
}

func one(w wish) []attempt { return []attempt{{rows: []wish{w}}, {rows: []wish{w}, full: full}} }

// anyRow is a row that says as little as it may, and one that has everything.
func anyRow() []attempt { return []attempt{{rows: []wish{{}}}, {rows: []wish{{}}, full: full}} }

// missing: NULL in the column; where the column is new, whatever the migration would fill it from is missing.
func (m *rowMaker) missing(r Restriction) []attempt {
	if len(r.columns) == 0 {
		return anyRow()
	}
	return []attempt{{rows: []wish{{r.columns[0]: null}}}}
}

// twice: a row with the key of one that is there, or two rows with one key. With a column in the key that is new, two rows
// that are equal in everything.
func (m *rowMaker) twice(ctx context.Context, r Restriction, key []int16, predicate string) ([]attempt, string, error) {
	for _, n := range key {
		if r.before.Column(n) == nil {
			return []attempt{{rows: []wish{{}, {}}, full: full}}, "", nil
		}
	}
	var attempts []attempt
	values, problem, err := m.keyOf(ctx, r, key, predicate)
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
func (m *rowMaker) keyOf(ctx context.Context, r Restriction, key []int16, predicate string) ([][]wish, string, error) {
	condition := "true"
	if predicate != "" {
		condition = renamed(predicate, r, key)
	}
	row, err := m.findSafely(ctx, r.before, condition, key)
	if err != nil {
		return nil, "", err
	}
	same, swapped := wish{}, wish{}
	if row != nil {
		for i, n := range key {
			c := r.before.Column(n)
			same[n] = c.literal(row[i])
			swapped[n] = same[n]
			if c.text() {
				swapped[n] = c.literal(swapCase(row[i]))
			}
		}
		return [][]wish{{same}, {swapped}}, "", nil
	}
	if predicate != "" {
		s := solver{maker: m, table: r.before, names: r.after, expression: "(" + predicate + ") IS TRUE", columns: key}
		solutions, err := s.solve(ctx, holds)
		if err != nil || len(solutions) == 0 {
			return nil, "no values are known that meet " + predicate, err
		}
		return [][]wish{{solutions[0], solutions[0]}}, "", nil
	}
	for _, n := range key {
		c := r.before.Column(n)
		if k := r.before.foreignKey(n); k == nil {
			same[n] = c.made(m.next(), m.shape.labels(c))
			swapped[n] = same[n]
			if c.text() {
				swapped[n] = strings.ToUpper(same[n])
			}
		} else if parent := m.shape.Table(k.Parent); parent != nil {
			keys, err := m.existing(ctx, parent, k.ParentColumns)
			if err != nil || keys == nil {
				return nil, fmt.Sprintf("%s and %s are empty", r.before.quoted(), parent.quoted()), err
			}
			same[n] = c.literal(keys[slices.Index(k.Columns, n)])
			swapped[n] = same[n]
		}
	}
	return [][]wish{{same, same}, {same, swapped}}, "", nil
}

// findSafely is find where the condition may not be askable in the schema before: then no row is found.
func (m *rowMaker) findSafely(ctx context.Context, t *Table, condition string, columns []int16) ([]string, error) {
	inner, err := m.tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	row, err := m.find(ctx, t, condition, columns)
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
func (m *rowMaker) orphan(ctx context.Context, r Restriction) ([]attempt, error) {
	w := wish{}
	parent := r.constraint.ParentColumns
	for i, n := range r.columns {
		c := r.before.Column(n)
		if c == nil {
			return anyRow(), nil
		}
		m.serial++
		expression := c.beyond(farAway + m.serial)
		if expression == "" {
			w[n] = c.fresh(m.serial, "")
			continue
		}
		own, err := m.aggregate(ctx, r.before, expression)
		if err != nil {
			return nil, err
		}
		w[n] = c.literal(own)
		if p := m.shape.Table(r.constraint.Parent); p != nil && p.Column(parent[i]) != nil {
			theirs, err := m.aggregate(ctx, p, fmt.Sprintf("greatest((%s)::text::%s, %s)", p.Column(parent[i]).beyond(farAway+m.serial), c.Type, literal(own)+"::"+c.Type))
			if err == nil {
				w[n] = c.literal(theirs)
			} else if !refusedByServer(err) {
				return nil, err
			}
		}
	}
	return one(w), nil
}

// aggregate asks one value of a whole table.
func (m *rowMaker) aggregate(ctx context.Context, t *Table, expression string) (string, error) {
	inner, err := m.tx.Begin(ctx)
	if err != nil {
		return "", err
	}
	defer inner.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // only read from
	var text string
	err = inner.QueryRow(ctx, "SELECT ("+expression+")::text FROM "+quote(t.Schema, t.Name)).Scan(&text)
	return text, err
}

// refused: values for which an expression is false, or an error.
func (m *rowMaker) refused(ctx context.Context, r Restriction, want outcome) ([]attempt, string, error) {
	for _, n := range r.columns {
		if r.before.Column(n) == nil {
			return anyRow(), "", nil // on a column that the migration adds and fills
		}
	}
	expression := r.expression
	if want == errs {
		expression = "ROW(" + expression + ")::text IS NULL"
	}
	s := solver{maker: m, table: r.before, names: r.after, expression: expression, columns: r.columns}
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
func (m *rowMaker) tooLarge(ctx context.Context, r Restriction) ([]attempt, error) {
	for _, n := range r.columns {
		c := r.before.Column(n)
		if c == nil || !c.text() || c.Length > 0 {
			continue
		}
		longest, err := m.aggregate(ctx, r.before, "coalesce(max(octet_length("+quote(c.Name)+")), 0) > "+fmt.Sprint(longText))
		if err != nil {
			return nil, err
		}
		if longest == "true" {
			return one(wish{n: "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 400) AS n)"}), nil
		}
	}
	return nil, nil
}
