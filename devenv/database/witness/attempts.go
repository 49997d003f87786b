package witness

import (
	"context"
	"fmt"

	"devenv/devenv/database/query"
)

// attempts returns the ways to make a witness of a restriction; none and no problem: nothing could ever break.
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
		attempts = one(wish{r.columns[0]: query.Literal(r.label)})
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

// anyRow returns a row that says as little as it may, and one that has everything.
func anyRow() []attempt { return []attempt{{rows: []wish{{}}}, {rows: []wish{{}}, full: full}} }

// missing: NULL in the column; where the column is new, whatever the migration would fill it from is missing.
func (b *breaker) missing(r Restriction) []attempt {
	if len(r.columns) == 0 {
		return anyRow()
	}
	return []attempt{{rows: []wish{{r.columns[0]: null}}}}
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
			theirs, err := b.maker.aggregate(ctx, p, fmt.Sprintf("greatest((%s)::text::%s, %s)", beyondAll(p.Column(parent[i]), farAway+b.maker.serial), c.Type, query.Literal(own)+"::"+c.Type))
			if err == nil {
				w[n] = literalOf(c, theirs)
			} else if !query.Refused(err) {
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
		if c == nil || !c.TakesText() || c.Length > 0 {
			continue
		}
		longest, err := b.maker.aggregate(ctx, r.before, "coalesce(max(octet_length("+query.Quote(c.Name)+")), 0) > "+fmt.Sprint(longText))
		if err != nil {
			return nil, err
		}
		if longest == "true" {
			return one(wish{n: "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 400) AS n)"}), nil
		}
	}
	return nil, nil
}
