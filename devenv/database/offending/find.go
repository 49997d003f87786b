package offending

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/data"
	"devenv/devenv/database/query"
)

// find counts the rows and reads the first keys.
func (s *search) find(ctx context.Context, condition string) (Found, error) {
	from := " FROM " + s.table.quoted() + " AS t WHERE " + condition
	var found Found
	if err := s.tx.QueryRow(ctx, "SELECT count(*)"+from, pgx.QueryExecModeSimpleProtocol).Scan(&found.Rows); err != nil {
		return Found{}, fmt.Errorf("count the offending rows of %s: %w", s.table.quoted(), err)
	}
	if s.shown != nil {
		condition = *s.shown
	}
	if condition != "" {
		found.Query = readable("SELECT * FROM "+s.table.quoted()+" AS t", condition)
	}
	if found.Rows == 0 {
		return Found{}, nil // the rows were rolled back with the statement that made them
	}
	var err error
	found.Keys, err = s.firstKeys(ctx, from)
	return found, err
}

// readable formats a query for people.
func readable(sql, condition string) string {
	if condition == "true" {
		return strings.TrimSuffix(sql, " AS t")
	}
	if !strings.Contains(condition, "t.") {
		sql = strings.TrimSuffix(sql, " AS t")
	}
	return sql + " WHERE " + condition
}

// firstKeys names the first few rows: by primary key and the wrong values beside it, or by those values alone.
func (s *search) firstKeys(ctx context.Context, from string) ([]string, error) {
	columns, text := s.table.primary, ""
	if len(columns) == 0 {
		columns, s.besides = s.besides, nil
	}
	if len(columns) == 0 {
		columns = s.table.columns[:min(1, len(s.table.columns))]
	}
	text = keyText(columns)
	if besides := slices.DeleteFunc(slices.Clone(s.besides), func(c string) bool { return slices.Contains(columns, c) }); len(besides) > 0 {
		text += " || ' (' || " + keyText(besides) + " || ')'"
	}
	if len(columns) == 0 {
		return nil, nil // a table without columns
	}
	order := make([]string, len(columns))
	for i, c := range columns {
		order[i] = "t." + query.Identifier(c)
	}
	rows, err := s.tx.Query(ctx, fmt.Sprintf("SELECT %s%s ORDER BY %s LIMIT %d", text, from, strings.Join(order, ", "), data.KeysShown),
		pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// keyText returns an expression for a row's key: "id=3", "a=1, b=x". Long values are truncated.
func keyText(columns []string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = query.Literal(c+"=") + " || coalesce(left(t." + query.Identifier(c) + "::text, 60), 'NULL')"
	}
	return strings.Join(parts, " || ', ' || ")
}
