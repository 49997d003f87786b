package writes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
	"devenv/devenv/database/witness"
)

// Constant is a value of a column that rows hold before a move.
type Constant struct {
	Table  uint32
	Column int16
	Value  string
}

// mostConstants is how many values a column may have for each to be a constant of the application.
const mostConstants = 20

// Narrowed returns the columns of texts and labels that a move restricts, as constants without a value.
func Narrowed(before *catalog.Shape, restrictions []witness.Restriction) (columns []Constant) {
	kinds := []witness.Kind{witness.RestrictCheck, witness.RestrictLabel, witness.RestrictType}
	for _, r := range restrictions {
		for i := range before.Tables {
			t := &before.Tables[i]
			for _, c := range t.Columns {
				named := t.Label() == r.Table && slices.Equal(r.Columns, []string{c.Name})
				constant := Constant{Table: t.OID, Column: c.Number}
				if named && slices.Contains(kinds, r.Kind) && (c.TakesText() || c.Kind == "e") && !slices.Contains(columns, constant) {
					columns = append(columns, constant)
				}
			}
		}
	}
	return columns
}

// Constants reads the values of columns that have only a few, without those that other rows refuse already.
func Constants(ctx context.Context, conn *pgx.Conn, shape *catalog.Shape, columns []Constant) (found []Constant, err error) {
	for _, c := range columns {
		t := shape.Table(c.Table)
		name := query.Quote(t.Column(c.Column).Name)
		rows, err := conn.Query(ctx, fmt.Sprintf("SELECT DISTINCT %s::text FROM %s WHERE %s IS NOT NULL ORDER BY 1 LIMIT %d",
			name, query.Quote(t.Schema, t.Name), name, mostConstants+1), pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			return nil, fmt.Errorf("read the values of %s.%s: %w", t.Quoted(), name, err)
		}
		values, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, fmt.Errorf("read the values of %s.%s: %w", t.Quoted(), name, err)
		}
		if len(values) > mostConstants {
			continue
		}
		for _, v := range values {
			found = append(found, Constant{Table: c.Table, Column: c.Column, Value: v})
		}
	}
	refused, err := RefusedConstants(ctx, conn, &catalog.Shape{}, shape, found)
	return slices.DeleteFunc(found, func(c Constant) bool {
		t := shape.Table(c.Table)
		return slices.ContainsFunc(refused, func(f Failed) bool {
			return f.Table == t.Label() && f.Column == t.Column(c.Column).Name && f.Constant == c.Value
		})
	}), err
}

// RefusedConstants writes constants into a row of their tables, rolls that back, and returns those that are refused as
// failures of the base's application.
func RefusedConstants(ctx context.Context, conn txStarter, before, after *catalog.Shape, constants []Constant) ([]Failed, error) {
	var failed []Failed
	for _, constant := range constants {
		t := after.Table(constant.Table)
		if t == nil || t.Column(constant.Column) == nil {
			continue
		}
		target := Target{Table: t, Was: before.Table(t.OID)}
		f, err := inTransaction(ctx, conn, after, target, "", func(w *writer, ctx context.Context) (*Failed, error) {
			return w.writeConstant(ctx, t.Column(constant.Column), constant.Value)
		})
		if err != nil {
			return nil, fmt.Errorf("write %s to %s: %w", query.Literal(constant.Value), t.Label(), err)
		}
		if f != nil {
			failed = append(failed, *f)
		}
	}
	return failed, nil
}

// writeConstant writes a value into the first rows, until one takes it or the value itself is refused there, as it was
// not before.
func (w *writer) writeConstant(ctx context.Context, c *catalog.Column, value string) (*Failed, error) {
	const rows = 5
	statement := fmt.Sprintf("UPDATE %s SET %s = %s", w.table.Quoted(), query.Identifier(c.Name), query.Literal(value))
	for row := range rows {
		_, err := w.placed(ctx, fmt.Sprintf("%s WHERE (tableoid, ctid) = (SELECT tableoid, ctid FROM %s LIMIT 1 OFFSET %d)",
			statement, w.table.Quoted(), row))
		state := query.State(err)
		switch {
		case state == "23514" && w.refusesRow(err):
			continue
		case state == "23514", strings.HasPrefix(state, "22"):
			f, err := w.failure(statement, err)
			if f != nil {
				f.Broken, f.Old, f.Column, f.Constant = true, true, c.Name, value
			}
			return f, err
		}
		return nil, ignoreNoRows(query.UnlessRefused(err))
	}
	return nil, nil
}

// refusesRow reports whether a refusal says nothing about a value: the CHECK is an old one, or looks at other columns
// of the row as well.
func (w *writer) refusesRow(refusal error) bool {
	var refused *pgconn.PgError
	if !errors.As(refusal, &refused) {
		return false
	}
	named := func(k catalog.Constraint) bool { return k.Kind == "c" && k.Name == refused.ConstraintName }
	i := slices.IndexFunc(w.table.Constraints, named)
	if i < 0 {
		return false
	}
	is := &w.table.Constraints[i]
	return len(is.Columns) > 1 || w.was != nil && slices.ContainsFunc(w.was.Constraints, func(was catalog.Constraint) bool {
		return was.OID == is.OID || named(was) && was.Expression == is.Expression
	})
}
