package witness

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"devenv/devenv/database/catalog"
)

// BaseRow returns the statements that write one row as an application does that knows an earlier shape of the table:
// they omit the columns that the table did not have, and those that filled themselves; with every, they name all
// others, else only those that it had to name. A refusal that such an application could not avoid is ErrUnavoidable.
func (m *RowMaker) BaseRow(ctx context.Context, was, is *catalog.Table, every bool) ([]string, error) {
	known, a := asKnown(was, is), attempt{rows: []rowValues{{}}}
	if every {
		a.full = full
	}
	m.known = known
	defer func() { m.known = nil }()
	return m.build(ctx, known, a)
}

// Full returns the statements that write one row with a value in every column, those of an existing row if there is
// one.
func (m *RowMaker) Full(ctx context.Context, t *catalog.Table) ([]string, error) {
	return m.build(ctx, t, attempt{rows: []rowValues{{}}, full: full})
}

// ErrUnavoidable means that no value of the columns that the application knows would have been accepted.
var ErrUnavoidable = errors.New("whatever the application writes, it is refused")

// asKnown returns a table of which somebody knows the columns of an earlier shape, and how these filled themselves
// then. What may no longer be NULL is named all the same: nothing shows that it is omitted.
func asKnown(was, is *catalog.Table) *catalog.Table {
	known := *is
	known.Columns = nil
	for _, c := range is.Columns {
		old := EarlierColumn(was, is, &c)
		if old == nil {
			continue
		}
		c.Default, c.Identity, c.Generated = old.Default, old.Identity, old.Generated
		known.Columns = append(known.Columns, c)
	}
	return &known
}

// EarlierColumn returns a table's column in an earlier shape: by its number or, if it was made anew, its name; nil if
// there was none.
func EarlierColumn(was, is *catalog.Table, c *catalog.Column) *catalog.Column {
	if old := was.Column(c.Number); was.OID == is.OID && old != nil {
		return old
	}
	i := slices.IndexFunc(was.Columns, func(o catalog.Column) bool { return o.Name == c.Name })
	if i < 0 {
		return nil
	}
	return &was.Columns[i]
}

// unavoidable reports whether the row of an application that knows an earlier shape is refused for what it cannot
// know: a column that it may omit, one that is computed now, or the default of a column that it omits.
func (d *draft) unavoidable(refused *pgconn.PgError) bool {
	switch refused.Code {
	case "428C9", "42601": // the latter before Postgres 14; no other syntax can be wrong
		return true
	case "23502":
		return !slices.ContainsFunc(d.table.Columns, func(c catalog.Column) bool {
			return c.Name == refused.ColumnName && c.NotNull && !c.FillsItself()
		})
	case "23514":
		columns := d.checked(refused)
		return len(columns) > 0 && !slices.ContainsFunc(columns, func(n int16) bool {
			_, named := d.values[n]
			c := d.table.Column(n)
			return named || c != nil && !c.FillsItself() // CHECK (c IS NOT NULL) is a NOT NULL: c may be named all the same
		})
	}
	return false
}

// checked returns the columns of the CHECK of the table, or of a column's domain, that a row violates.
func (d *draft) checked(refused *pgconn.PgError) []int16 {
	for _, k := range d.table.Constraints {
		if k.Kind == "c" && k.Name == refused.ConstraintName && refused.TableName != "" {
			return k.Columns
		}
	}
	var columns []int16
	for _, c := range d.table.Columns {
		if slices.ContainsFunc(c.DomainChecks, func(k catalog.Constraint) bool { return k.Name == refused.ConstraintName }) {
			columns = append(columns, c.Number)
		}
	}
	return columns
}

// Other returns a value for a column that is probably not the one that it has.
func (m *RowMaker) Other(c *catalog.Column) string { return newValue(c, m.next(), m.shape.Labels(c)) }
