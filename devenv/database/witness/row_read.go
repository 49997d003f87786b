package witness

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// model reads the first row of a table as text; nil if the table is empty.
func (m *RowMaker) model(ctx context.Context, t *catalog.Table) (map[int16]*string, error) {
	if len(t.Columns) == 0 {
		return nil, nil
	}
	list := make([]string, len(t.Columns))
	values := make([]*string, len(t.Columns))
	targets := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		list[i] = "t." + query.Quote(c.Name) + "::text"
		targets[i] = &values[i]
	}
	err := m.tx.QueryRow(ctx, "SELECT "+strings.Join(list, ", ")+" FROM "+query.Quote(t.Schema,
		t.Name)+" AS t ORDER BY "+physicalOrder(t)+" LIMIT 1",
		pgx.QueryExecModeSimpleProtocol).Scan(targets...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a row of %s: %w", t.Quoted(), err)
	}
	model := map[int16]*string{}
	for i, c := range t.Columns {
		model[c.Number] = values[i]
	}
	return model, nil
}

// physicalOrder returns an ordering by physical location, so that the same row is read each time; a partitioned table
// has none.
func physicalOrder(t *catalog.Table) string {
	if t.Partitioned {
		return "tableoid, ctid"
	}
	return "ctid"
}

// existing reads the key of an existing row; nil if the table is empty.
func (m *RowMaker) existing(ctx context.Context, t *catalog.Table, columns []int16) ([]string, error) {
	row, err := m.find(ctx, t, "true", columns)
	return row, err
}

// find reads columns of the first row that meets a condition and has them all; nil if there is none.
func (m *RowMaker) find(ctx context.Context, t *catalog.Table, condition string, columns []int16) ([]string, error) {
	list, conditions := []string{}, []string{condition}
	for _, name := range t.Names(columns) {
		list = append(list, "t."+query.Quote(name)+"::text")
		conditions = append(conditions, "t."+query.Quote(name)+" IS NOT NULL")
	}
	values := make([]string, len(list))
	targets := make([]any, len(list))
	for i := range values {
		targets[i] = &values[i]
	}
	err := m.tx.QueryRow(ctx, "SELECT "+strings.Join(list, ", ")+" FROM "+query.Quote(t.Schema,
		t.Name)+" AS t WHERE ("+strings.Join(conditions, ") AND (")+
		") ORDER BY "+physicalOrder(t)+" LIMIT 1", pgx.QueryExecModeSimpleProtocol).Scan(targets...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return values, err
}

// aggregate computes one value over a whole table.
func (m *RowMaker) aggregate(ctx context.Context, t *catalog.Table, expression string) (string, error) {
	inner, err := m.tx.Begin(ctx)
	if err != nil {
		return "", err
	}
	defer inner.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // only read from
	var text string
	err = inner.QueryRow(ctx, "SELECT ("+expression+")::text FROM "+query.Quote(t.Schema, t.Name)).Scan(&text)
	return text, err
}
