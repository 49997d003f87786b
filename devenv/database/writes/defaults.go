package writes

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// Taken finds unique columns whose default is made of a sequence's next value, or computed by a function of the project,
// and gives a value that a row has already: what it draws from was set back. Asking draws a value.
func Taken(ctx context.Context, conn txStarter, shape *catalog.Shape) (failed []Failed, err error) {
	columns := computed(shape)
	if len(columns) == 0 {
		return nil, nil
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("compute defaults: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing must remain
	for _, d := range columns {
		var value string
		var taken bool
		err := query.Aside(ctx, tx, func(tx pgx.Tx) error {
			return tx.QueryRow(ctx, fmt.Sprintf(`SELECT d.value::text, EXISTS (SELECT FROM %s t WHERE t.%s = d.value)
FROM (SELECT %s AS value OFFSET 0) d WHERE d.value IS NOT NULL`, d.table.Quoted(), query.Quote(d.column.Name), d.column.Default),
				pgx.QueryExecModeSimpleProtocol).Scan(&value, &taken)
		})
		if err := ignoreNoRows(query.UnlessRefused(err)); err != nil {
			return nil, fmt.Errorf("compute the default of %s.%s: %w", d.table.Label(), d.column.Name, err)
		}
		if taken {
			f := Failed{
				Table: d.table.Label(), Column: d.column.Name, Sequence: d.sequence, Broken: true, Predicted: true, SQLState: "23505",
				Message: fmt.Sprintf("the next default of %s.%s is %s, which a row has already",
					d.table.Quoted(), d.column.Name, query.Literal(value)),
				Detail: "the default is " + d.column.Default,
			}
			f.Statement = insertDrawing(ctx, tx, shape, f)
			failed = append(failed, f)
		}
	}
	return failed, nil
}

// computed returns the columns with a key of their own whose default calls a function of the project, or makes more of a
// sequence's value than a number.
func computed(shape *catalog.Shape) (found []drawn) {
	for i := range shape.Tables {
		t := &shape.Tables[i]
		for j := range t.Columns {
			c := &t.Columns[j]
			if t.Partition || !t.Unique(c.Number) || c.Category == "N" && nextNumber.MatchString(c.Default) {
				continue
			}
			if m := nextDrawn.FindStringSubmatch(c.Default); m != nil {
				found = append(found, drawn{t, c, strings.ReplaceAll(m[1], "''", "'")})
			} else if ownCall.MatchString(c.Default) {
				found = append(found, drawn{table: t, column: c})
			}
		}
	}
	return found
}
