package data

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/query"
)

// Restored returns those changes that a later state of the same database, which conn is connected to, has made up for:
// every value is in its row again, every row in its table, be it in another way of writing. So it had been there in
// another form. left is what Examine left of the differences between both states. A column whose values are all the same
// proves nothing, nor does a table of one row: whoever restores it may have written a constant.
func Restored(ctx context.Context, conn *pgx.Conn, before, later Fingerprint, changes, left []Change) ([]Change, error) {
	differs := func(c Change) bool {
		return slices.ContainsFunc(left, func(d Change) bool {
			return d.Table == c.Table && (d.Column == "" || c.Column == "" || d.Column == c.Column) && !d.Tidied
		})
	}
	var restored []Change
	for _, c := range changes {
		was, is := before.table(c.Table), later.table(c.Table)
		if was == nil || is == nil || c.Kind == RowsAdded || differs(c) {
			continue
		}
		if c.Column == "" {
			if sameRows(*was, *is) {
				restored = append(restored, c)
			}
			continue
		}
		if !comparableValues(*was, *is, c.Column) {
			continue
		}
		differ := false
		column := query.Identifier(c.Column)
		err := conn.QueryRow(ctx, "SELECT min("+column+"::text) IS DISTINCT FROM max("+column+"::text) FROM "+
			query.Table(is.Schema, is.Name)).Scan(&differ)
		if err != nil {
			return nil, err
		}
		if differ {
			restored = append(restored, c)
		}
	}
	return restored, nil
}

// table returns the table of that label, nil if there is none.
func (before Fingerprint) table(label string) *TablePrint {
	i := slices.IndexFunc(before.Tables, func(t TablePrint) bool { return t.label() == label })
	if i < 0 {
		return nil
	}
	return &before.Tables[i]
}

// sameRows reports whether both states of a table have as many rows, more than one, all of which can be compared.
func sameRows(was, is TablePrint) bool {
	return was.Rows == is.Rows && was.Rows > 1 && !slices.ContainsFunc(was.Columns, func(c ColumnPrint) bool { return !comparableValues(was, is, c.Name) })
}

// comparableValues reports whether all values of a column are compared, row by row, in both states of its table. Only
// keys tell rows apart.
func comparableValues(was, is TablePrint, name string) bool {
	a, b := was.column(name), is.column(name)
	if was.SampledBy != 1 || is.SampledBy != 1 {
		return a.Keyed != "" && a.Keyed == b.Keyed && a.Hash == b.Hash && a.Type == b.Type && was.SampledBy == is.SampledBy && was.SampledBy > 0
	}
	return a.Keyed != "" && b.Keyed != "" && sameKey(was, is)
}
