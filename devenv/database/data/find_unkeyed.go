package data

import (
	"context"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// findUnkeyed marks the lost rows of a table without a key that another table has: each column under its own name. What
// was there twice must be there twice.
func (w *search) findUnkeyed(ctx context.Context, before *pgx.Conn) error {
	names, now := w.compared()
	if len(names) < 2 { // a single value may be anywhere by chance
		return nil
	}
	if err := w.other.load(ctx); err != nil {
		return err
	}
	reader := sides{rate: 1}
	old, err := reader.readRows(ctx, before, w.was, names, nil)
	if err != nil {
		return err
	}
	var left rowSet
	if w.is != nil {
		if left, err = reader.readRows(ctx, w.other.conn, *w.is, now, nil); err != nil {
			return err
		}
	}
	lost := rowCounts(old.values)
	lost.take(rowCounts(left.values), len(left.values))
	w.moved = map[string]bool{}
	for _, t := range w.other.others(w.was.OID) {
		there := t.columnsNamed(names)
		if there == nil {
			continue
		}
		for range lost.take(rowCounts(there), int(t.gained)) {
			w.moved[strconv.Itoa(len(w.moved))] = true
		}
	}
	return nil
}

// compared returns the names of the table's columns before and now, without computed ones and those that are gone.
func (w *search) compared() (names, now []string) {
	pairs := make([]int, len(w.was.Columns))
	if w.is != nil {
		pairs = pairColumns(w.was, *w.is)
	}
	for i, c := range w.was.Columns {
		switch {
		case c.Computed || pairs[i] < 0:
		case w.is == nil:
			names, now = append(names, c.Name), append(now, c.Name)
		default:
			names, now = append(names, c.Name), append(now, w.is.Columns[pairs[i]].Name)
		}
	}
	return names, now
}

// columnsNamed returns the table's rows with the named columns only; nil if it lacks one.
func (t *keptIn) columnsNamed(names []string) [][]*string {
	var at []int
	for _, name := range names {
		c := slices.IndexFunc(t.print.Columns, func(c ColumnPrint) bool { return c.Name == name })
		if c < 0 {
			return nil
		}
		at = append(at, c)
	}
	rows := make([][]*string, len(t.rows))
	for n, row := range t.rows {
		for _, c := range at {
			rows[n] = append(rows[n], row[c])
		}
	}
	return rows
}

// counted says how often each row occurs.
type counted map[string]int

func rowCounts(rows [][]*string) counted {
	counts := counted{}
	for _, row := range rows {
		var id []byte
		for _, value := range row {
			if value == nil {
				id = append(id, "\x00-"...)
				continue
			}
			id = append(append(id, "\x00+"...), *value...)
		}
		counts[string(id)]++
	}
	return counts
}

// take removes the rows that others has as well, at most so many, and returns how many these are.
func (c counted) take(others counted, most int) (taken int) {
	for id, n := range c {
		both := min(n, others[id], most-taken)
		c[id] -= both
		taken += both
	}
	return taken
}
