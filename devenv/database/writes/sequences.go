package writes

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
	"devenv/devenv/database/witness"
)

// drawn is a unique column whose values come from a sequence.
type drawn struct {
	table    *catalog.Table
	column   *catalog.Column
	sequence string // quoted
}

// Behind finds the sequences whose next value is not above every value of a unique column that draws from them, in
// all tables. The statement of each is an INSERT that draws from it. It is doubtful if that value is still free.
func Behind(ctx context.Context, conn txStarter, shape *catalog.Shape) (failed []Failed, err error) {
	const atOnce = 200
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("compare sequences with columns: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing must remain
	columns := drawing(shape)
	for first := 0; first < len(columns); first += atOnce {
		found, err := behind(ctx, tx, shape, columns[first:min(first+atOnce, len(columns))])
		if err != nil {
			return nil, fmt.Errorf("compare sequences with columns: %w", err)
		}
		failed = append(failed, found...)
	}
	return failed, nil
}

// nextNumber matches a default that is the next value of a sequence as it is, and nextDrawn one that is made of it.
var (
	nextNumber = regexp.MustCompile(`^\(?nextval\('((?:[^']|'')+)'::regclass\)\)?(?:::\w+)?$`)
	nextDrawn  = regexp.MustCompile(`\bnextval\('((?:[^']|'')+)'`)
)

// drawing returns the unique numbers of a schema that are the values of a sequence, owned or not.
func drawing(shape *catalog.Shape) (found []drawn) {
	for i := range shape.Tables {
		t := &shape.Tables[i]
		for j := range t.Columns {
			c := &t.Columns[j]
			if t.Partition || c.Category != "N" || !t.Unique(c.Number) {
				continue
			}
			if m := nextNumber.FindStringSubmatch(c.Default); m != nil {
				found = append(found, drawn{t, c, strings.ReplaceAll(m[1], "''", "'")})
			} else if c.Identity != "" && c.Sequence != "" {
				found = append(found, drawn{t, c, c.Sequence})
			}
		}
	}
	return found
}

// behind asks about several columns in one query; if that is refused, about each half.
func behind(ctx context.Context, tx pgx.Tx, shape *catalog.Shape, columns []drawn) (failed []Failed, err error) {
	questions := make([]string, len(columns))
	for i, d := range columns {
		column, table := query.Quote(d.column.Name), query.Quote(d.table.Schema, d.table.Name)
		questions[i] = fmt.Sprintf(`SELECT %d, n.next, m.most, EXISTS (SELECT FROM %s t WHERE t.%s = n.next) AS taken
FROM %s s, pg_sequence q, LATERAL (SELECT s.last_value + CASE WHEN s.is_called THEN q.seqincrement ELSE 0 END AS next) n,
  (SELECT max(%s)::int8 AS most FROM %s) m WHERE q.seqrelid = %s::regclass AND q.seqincrement > 0`,
			i, table, column, d.sequence, column, table, query.Literal(d.sequence))
	}
	var at int
	var next, most int64
	var taken bool
	err = query.Aside(ctx, tx, func(tx pgx.Tx) error {
		all := "SELECT * FROM (" + strings.Join(questions, " UNION ALL ") + ") q WHERE next <= most"
		rows, err := tx.Query(ctx, all, pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			return err
		}
		_, err = pgx.ForEachRow(rows, []any{&at, &next, &most, &taken}, func() error {
			failed = append(failed, columns[at].collision(next, most, taken))
			return nil
		})
		return err
	})
	if query.Refused(err) {
		if len(columns) == 1 {
			return nil, nil // this role may not read it, or a number is too large
		}
		half := len(columns) / 2
		first, err := behind(ctx, tx, shape, columns[:half])
		if err != nil {
			return nil, err
		}
		second, err := behind(ctx, tx, shape, columns[half:])
		return append(first, second...), err
	}
	for i := range failed {
		failed[i].Statement = insertDrawing(ctx, tx, shape, failed[i])
	}
	return failed, err
}

// collision describes a sequence that is behind. While the next value is free, nothing fails yet: a row with a high
// number may be there on purpose.
func (d drawn) collision(next, most int64, taken bool) Failed {
	return Failed{
		Table: d.table.Label(), Column: d.column.Name, Sequence: d.sequence, Broken: true, Doubtful: !taken, Predicted: true, SQLState: "23505",
		Message: fmt.Sprintf("the next value of the sequence of %s.%s is %d, but rows up to %d exist",
			d.table.Quoted(), d.column.Name, next, most),
		Detail: fmt.Sprintf("SELECT setval(%s, (SELECT max(%s) FROM %s))", query.Literal(d.sequence), query.Identifier(d.column.Name),
			d.table.Quoted()),
	}
}

// insertDrawing returns an INSERT that draws from a sequence.
func insertDrawing(ctx context.Context, tx pgx.Tx, shape *catalog.Shape, f Failed) string {
	maker := witness.NewRowMaker(tx, shape)
	for i := range shape.Tables {
		t := &shape.Tables[i]
		for _, c := range t.Columns {
			if t.Label() == f.Table && c.Name == f.Column {
				// It may be rejected, now or later: the statement is what matters.
				_, _ = maker.Row(ctx, t, map[int16]string{c.Number: "DEFAULT"})
			}
		}
	}
	return maker.Last()
}
