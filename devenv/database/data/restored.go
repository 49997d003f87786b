package data

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/query"
)

// Restored returns those changes that a later state of the same database, which conn is connected to, has made up for:
// every value is in its row again, every row in its table. So it had been there in another form. A column whose values
// are all the same proves nothing, nor does a table of one row: whoever restores it may have written a constant.
func Restored(ctx context.Context, conn *pgx.Conn, before, later Fingerprint, changes []Change) ([]Change, error) {
	var restored []Change
	for _, c := range changes {
		was, is := before.table(c.Table), later.table(c.Table)
		if was == nil || is == nil || c.Kind == RowsAdded {
			continue
		}
		if c.Column == "" {
			if sameRows(*was, *is) {
				restored = append(restored, c)
			}
			continue
		}
		if !sameValues(*was, *is, c.Column) {
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

// sameRows reports whether both states of a table have the same rows, more than one.
func sameRows(was, is TablePrint) bool {
	return was.Rows == is.Rows && was.Rows > 1 && !slices.ContainsFunc(was.Columns, func(c ColumnPrint) bool { return !sameValues(was, is, c.Name) })
}

// sameValues reports whether both states of a table have the same values in the same rows of a column. Only keys tell
// rows apart.
func sameValues(was, is TablePrint, name string) bool {
	a, b := was.column(name), is.column(name)
	return a.Keyed != "" && a.Keyed == b.Keyed && a.Hash == b.Hash && a.Type == b.Type && was.SampledBy == is.SampledBy && was.SampledBy > 0
}
