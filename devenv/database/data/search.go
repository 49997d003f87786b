package data

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
)

// search looks for the lost rows and values of one table in other places.
type search struct {
	*sides
	other *elsewhere
	// moved are the ids of lost rows that are in another table.
	moved map[string]bool
}

// withoutMoved returns the changes without the losses whose rows or values are in another place.
func (w *search) withoutMoved(ctx context.Context, before *pgx.Conn, changes []Change) ([]Change, error) {
	var rest []Change
	for _, c := range changes {
		var there bool
		var err error
		switch c.Kind {
		case RowsLost, TableDropped:
			err = w.findRows(ctx, before)
			lost := c.Before - c.After - int64(len(w.moved))
			there, c.After = lost <= 0, c.Before-lost
		case ColumnDropped, ValuesLost:
			// A dropped column may have been copied, together with other values or as another type.
			if there = c.Kind == ColumnDropped && w.holdsAll(c.Column); !there {
				there, err = w.livesOn(ctx, c.Column)
			}
			if !there && err == nil && c.Kind == ColumnDropped {
				w.kept[c.Column], err = w.keptItems(ctx, c.Column)
				c.After = int64(len(w.kept[c.Column]))
			}
		}
		if err != nil {
			return nil, err
		}
		if !there {
			rest = append(rest, c)
		}
	}
	return rest, nil
}

// markKept marks the changes whose old values another table has, each beside the key of its row.
func (w *search) markKept(ctx context.Context, changes []Change) error {
	for i := range changes {
		c := &changes[i]
		if c.Kind != ValuesChanged || w.rate != 1 || !w.keyed {
			continue
		}
		if err := w.other.load(ctx); err != nil {
			return err
		}
		rows := w.otherwise(*c)
		var keys [][]string
		for _, n := range rows {
			keys = append(keys, w.before.keys[n])
		}
		for _, t := range w.other.others(w.was.OID) {
			places, err := t.places(ctx, keys)
			if err != nil {
				return err
			}
			c.Kept = c.Kept || slices.ContainsFunc(places, func(p place) bool { return w.keepsOld(c.Column, rows, p) })
		}
	}
	return nil
}

// otherwise returns the rows of before whose value is written in another way now.
func (w *search) otherwise(c Change) (rows []int) {
	types := retyping{old: w.was.column(c.Column).Type, new: w.is.column(or(c.ColumnNow, c.Column)).Type}
	for n, values := range w.before.values {
		at := w.at[c.Column]
		if m, stays := w.after.at[w.before.ids[n]]; stays && values[at] != nil {
			if is := w.after.values[m][at]; is == nil || types.was(*values[at]) != types.is(*is) {
				rows = append(rows, n)
			}
		}
	}
	return rows
}

// keepsOld reports whether one column of a place has a column's old value for each of some rows. A default, a boolean
// or a value of a letter or two may be there by chance; different ones in many rows are not.
func (w *search) keepsOld(column string, rows []int, p place) bool {
	const many = 10
	old := func(n int) string { return *w.before.values[n][w.at[column]] }
	long := slices.ContainsFunc(rows, func(n int) bool { return len(old(n)) > 2 })
	differ := slices.ContainsFunc(rows, func(n int) bool { return old(n) != old(rows[0]) })
	if familyOf(w.was.column(column).Type) == familyBoolean || !long && (len(rows) < many || !differ) {
		return false
	}
	return slices.ContainsFunc(p.columns(), func(at int) bool {
		return !p.table.print.Columns[at].Filled && !slices.ContainsFunc(rows, func(n int) bool {
			return !slices.ContainsFunc(p.rows[joinedKey(w.before.keys[n])], func(m int) bool {
				v := p.table.rows[m][at]
				return v != nil && *v == old(n)
			})
		})
	})
}
