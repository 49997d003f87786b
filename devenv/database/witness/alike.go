package witness

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// alike returns rows with a key that is not the same as a given one today, but will be: for an index on expressions, or
// one whose columns get another type or collation. If they are two rows, the second is like the first. Postgres judges;
// a type or collation that it does not have yet may be one without regard to case.
func (b *breaker) alike(ctx context.Context, r Restriction, key []int16, same rowValues) ([][]rowValues, error) {
	if r.index == nil || r.index.Expressions == "" && !r.almost {
		return nil, nil
	}
	fresh := maps.Clone(same)
	for _, n := range key {
		if c := r.before.Column(n); c.TakesText() && r.before.ForeignKey(n) == nil {
			fresh[n] = freshValue(c, b.maker.next(), "")
			if is := r.after.Column(n); is != nil && is.Length > 0 && (c.Length == 0 || c.Length > is.Length) {
				fresh[n] = fmt.Sprintf("rpad(%s, %d, 'x')", fresh[n], is.Length) // what follows is cut off
			}
		}
	}
	var found [][]rowValues
	for _, n := range key {
		other, err := b.variant(ctx, r, key, same, n)
		if err != nil {
			return nil, err
		}
		if other != nil {
			found = append(found, []rowValues{other})
			continue
		}
		if other, err = b.variant(ctx, r, key, fresh, n); err != nil {
			return nil, err
		}
		if other != nil {
			found = append(found, []rowValues{fresh, other})
		}
	}
	return found, nil
}

// variant returns a key with another value of one column that will be the same as a given key.
func (b *breaker) variant(ctx context.Context, r Restriction, key []int16, same rowValues, n int16) (rowValues, error) {
	for _, v := range variants(r.before.Column(n), same[n]) {
		other := maps.Clone(same)
		other[n] = v
		equal, err := b.sameKey(ctx, r, key, same, other)
		if equal || err != nil {
			return other, err
		}
	}
	return nil, nil
}

// variants returns values close to a given one, as SQL.
func variants(c *catalog.Column, value string) []string {
	typed := "(" + value + "::" + c.BaseType + ")"
	switch {
	case value == null:
		return nil
	case c.TakesText():
		return []string{
			"upper(" + typed + ")", "lower(" + typed + ")", "initcap(" + typed + ")",
			typed + " || ' '", "' ' || " + typed, "'0' || " + typed,
			typed + " || '-2'", "replace(" + typed + ", 'e', 'é')", "'devenv-' || " + typed,
		}
	case c.Base == "timestamp", c.Base == "timestamptz":
		return []string{typed + " + interval '1 millisecond'", typed + " + interval '1 minute'", typed + " + interval '1 hour'"}
	case c.Base == "date":
		return []string{typed + " + 1", typed + " - 1"}
	case c.Base == "numeric", c.Base == "float8", c.Base == "float4":
		return []string{typed + " + 0.0001", typed + " - 0.0001", typed + " + 0.01", typed + " - 0.01", "-" + typed}
	case c.Category == "N":
		return []string{typed + " + 1", "-" + typed}
	}
	return nil
}

// sameKey reports whether two keys differ today and are the same in an index.
func (b *breaker) sameKey(ctx context.Context, r Restriction, key []int16, one, other rowValues) (bool, error) {
	var parts, today []string
	if r.index.Expressions != "" {
		parts = append(parts, r.index.Expressions)
	}
	for _, n := range key {
		today = append(today, query.Quote(eitherName(r.after, r.before, n)))
	}
	for _, n := range r.index.Columns {
		if is := r.after.Column(n); n != 0 && is != nil {
			part := query.Quote(is.Name)
			if was := r.before.Column(n); was.Type != is.Type {
				part = "(" + part + ")::" + is.Type
			}
			if is.Collation != "" {
				part = "(" + part + ") COLLATE " + is.Collation
			}
			parts = append(parts, part)
		}
	}
	from := valueFinder{maker: b.maker, table: r.before, names: r.after, columns: key}.source([]rowValues{one, other})
	if kinds, err := b.distinct(ctx, today, from); kinds != 2 || err != nil {
		return false, err
	}
	kinds, err := b.distinct(ctx, parts, from)
	if kinds == 0 { // it does not have the type yet, or the collation
		return strings.HasPrefix(other[key[0]], "upper("), err
	}
	return kinds == 1, err
}

// distinct counts the different values of expressions, 0 if the server refuses them.
func (b *breaker) distinct(ctx context.Context, expressions []string, from string) (kinds int, err error) {
	err = pgx.BeginFunc(ctx, b.maker.tx, func(tx pgx.Tx) error {
		sql := fmt.Sprintf("SELECT count(DISTINCT (%s)) FROM %s", strings.Join(expressions, ", "), from)
		return tx.QueryRow(ctx, sql, pgx.QueryExecModeSimpleProtocol).Scan(&kinds)
	})
	if query.Refused(err) {
		return 0, nil
	}
	return kinds, err
}

// eitherName returns a column's name in one shape or, if that lacks it, in another.
func eitherName(first, second *catalog.Table, n int16) string {
	if c := first.Column(n); c != nil {
		return c.Name
	}
	return second.Column(n).Name
}
