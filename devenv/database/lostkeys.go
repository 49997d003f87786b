package database

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// keysRead is how many rows LostKeys reads from a table at most.
const keysRead = 200_000

// LostKeys names the first few rows (five at most, "id=3") that a change lost, by reading the data as it was from one
// connection and as it is from another. It gives none where the table has no primary key, or is larger than 200,000 rows.
// Compare does without it; a fresh clone of the base serves as before.
func LostKeys(ctx context.Context, before, after *pgx.Conn, change DataChange) ([]string, error) {
	if change.Before > keysRead {
		return nil, nil
	}
	was, err := readKeys(ctx, before, change.Table, change.Column)
	if err != nil || was == nil {
		return nil, err
	}
	gone := change.Kind == TableDropped || change.Kind == ColumnDropped
	is := map[string]bool{}
	if !gone {
		now, err := readKeys(ctx, after, or(change.TableNow, change.Table), or(change.ColumnNow, change.Column))
		if err != nil || now == nil {
			return nil, err
		}
		for _, key := range now {
			is[key] = true
		}
	}
	var lost []string
	for _, key := range was {
		if !is[key] {
			lost = append(lost, key)
		}
		if len(lost) == keysShown {
			break
		}
	}
	return lost, nil
}

// readKeys reads the primary keys of the rows that have a value in column, or of all rows when it is empty. No keys: nil.
func readKeys(ctx context.Context, conn *pgx.Conn, table, column string) ([]string, error) {
	var keys []string
	err := reading(ctx, conn, func(tx pgx.Tx) error {
		s := search{tx: tx}
		schema, name := splitLabel(table)
		known, err := s.lookUp(ctx, quote(schema, name))
		if err != nil || !known || len(s.table.primary) == 0 {
			return err
		}
		where := ""
		if column != "" {
			where = " WHERE " + quote(column) + " IS NOT NULL"
		}
		list := ""
		for i, c := range s.table.primary {
			if i > 0 {
				list += ", "
			}
			list += "t." + plain(c)
		}
		rows, err := tx.Query(ctx, "SELECT "+keyText(s.table.primary)+" FROM "+quote(schema, name)+" AS t"+where+" ORDER BY "+list+
			fmt.Sprintf(" LIMIT %d", keysRead), pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			return err
		}
		keys, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the keys of %s: %w", table, err)
	}
	return keys, nil
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
