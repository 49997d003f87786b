package witness

import (
	"context"
	"fmt"

	"devenv/devenv/database/query"
)

// attempts returns the ways to make a witness of a restriction; neither attempts nor a problem means that nothing
// could ever break it.
func (b *breaker) attempts(ctx context.Context, r Restriction) (attempts []attempt, problem string, err error) {
	switch r.Kind {
	case RestrictNotNull:
		attempts = b.missing(r)
	case RestrictRow:
		attempts = anyRow()
	case RestrictUnique:
		return b.duplicateKey(ctx, r, r.index.Uses, r.index.Predicate)
	case RestrictExclude:
		return b.duplicateKey(ctx, r, r.columns, "")
	case RestrictForeignKey:
		attempts, err = b.orphan(ctx, r)
	case RestrictCheck:
		if r.inside != nil {
			return b.refusedInside(ctx, r)
		}
		return b.refused(ctx, r, fails)
	case RestrictType:
		return b.unfit(ctx, r)
	case RestrictValue, RestrictLabel:
		attempts, err = b.oneValue(ctx, r)
	case RestrictChild:
		attempts = []attempt{{rows: []rowValues{childOf(r)}, reference: r.constraint, parent: r.parent}}
	case RestrictLoss:
		attempts, err = b.loss(ctx, r)
	case RestrictTwice:
		switch {
		case r.beside != nil:
			attempts, err = b.differing(ctx, r)
			return attempts, "", err
		case r.almost && r.expression != "":
			attempts, err = b.matches(ctx, r)
			return attempts, "", err
		case r.almost:
			return b.similar(r), "", nil
		}
		return b.twoRows(ctx, r)
	case RestrictExpression:
		if r.expression == "" {
			attempts, err = b.tooLarge(ctx, r)
			return attempts, "", err
		}
		attempts, _, err = b.refused(ctx, r, errs)
	}
	return attempts, "", err
}

func one(w rowValues) []attempt {
	return []attempt{{rows: []rowValues{w}}, {rows: []rowValues{w}, full: full}}
}

// oneValue attempts a row with a value, unless the rows there are show that such ones do not occur.
func (b *breaker) oneValue(ctx context.Context, r Restriction) ([]attempt, error) {
	if r.shown != "" {
		occurs, err := b.maker.aggregate(ctx, r.before, r.shown)
		if err != nil || occurs != "true" {
			return nil, err
		}
	}
	if r.computed == "" {
		return one(rowValues{r.columns[0]: r.value}), nil
	}
	value, err := b.maker.aggregate(ctx, r.before, r.computed)
	if err != nil || value == "" {
		return nil, err
	}
	return one(rowValues{r.columns[0]: value}), nil
}

// anyRow returns a minimal row and a complete one.
func anyRow() []attempt {
	return []attempt{{rows: []rowValues{{}}}, {rows: []rowValues{{}}, full: full}}
}

// missing attempts NULL in the column; if the column is new, NULL in whatever the migration would fill it from.
func (b *breaker) missing(r Restriction) []attempt {
	if len(r.columns) == 0 {
		return anyRow()
	}
	return []attempt{{rows: []rowValues{{r.columns[0]: null}}}}
}

// orphan attempts a foreign key that references nothing; any row if its column is new.
func (b *breaker) orphan(ctx context.Context, r Restriction) ([]attempt, error) {
	w := rowValues{}
	parent := r.constraint.ParentColumns
	for i, n := range r.columns {
		c := r.before.Column(n)
		if c == nil {
			return anyRow(), nil
		}
		b.maker.serial++
		expression := aboveMaximum(c, farAway+b.maker.serial)
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
			theirs, err := b.maker.aggregate(ctx, p, fmt.Sprintf("greatest((%s)::text::%s, %s)",
				aboveMaximum(p.Column(parent[i]), farAway+b.maker.serial), c.Type, query.Literal(own)+"::"+c.Type))
			if err == nil {
				w[n] = literalOf(c, theirs)
			} else if !query.Refused(err) {
				return nil, err
			}
		}
	}
	return one(w), nil
}

// refused attempts values for which an expression is false or an error.
func (b *breaker) refused(ctx context.Context, r Restriction, want outcome) ([]attempt, string, error) {
	for _, n := range r.columns {
		if r.before.Column(n) == nil {
			return anyRow(), "", nil // the column is one that the migration adds and fills
		}
	}
	expression := r.expression
	if want == errs {
		expression = "ROW(" + expression + ")::text IS NULL"
	}
	s := valueFinder{maker: b.maker, table: r.before, names: r.after, expression: expression, columns: r.columns}
	results, err := s.find(ctx, want)
	if err != nil {
		return nil, "", err
	}
	var attempts []attempt
	for _, w := range results {
		attempts = append(attempts, attempt{rows: []rowValues{w}})
	}
	if len(attempts) == 0 {
		return nil, "no values are known that violate it", nil
	}
	return attempts, "", nil
}

// longText is the length in bytes above which an existing column is assumed to hold long texts.
const longText = 500

// tooLarge attempts a value that a btree page cannot hold, if the column holds long texts already.
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
			return one(rowValues{n: "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 400) AS n)"}), nil
		}
	}
	return nil, nil
}
