package data

import (
	"context"
	"slices"
	"strings"
)

// fewValues is up to how many different values a column is taken for a list of states.
const fewValues = 20

// livesOn reports whether each value of a dropped or emptied column is in another form: whole or item by item with
// the row's key in another table, as the key of a lookup, in parts in the row's new columns, or as another name of the
// state that it was.
func (e *examination) livesOn(ctx context.Context, column string, other *elsewhere) (bool, error) {
	if e.rate != 1 || !e.keyed || e.is == nil || !e.everywhere(column, func(int, string) bool { return true }) {
		return false, nil
	}
	if err := other.load(ctx); err != nil {
		return false, err
	}
	for _, at := range e.fresh {
		if e.renamed(column, at) {
			return true, nil
		}
		for _, meaning := range other.translate(e.was.OID) {
			if e.everywhere(column, func(n int, value string) bool {
				key := e.now(n, at)
				return key != nil && meaning[*key] == value
			}) {
				return true, nil
			}
		}
	}
	if e.inParts(column) {
		return true, nil
	}
	return e.keptBeside(ctx, column, other.others(e.was.OID))
}

// keptBeside reports whether tables have each value of a column, whole or item by item, beside its row's key. Each
// table has them in one column, for all of the rows whose keys it has.
func (e *examination) keptBeside(ctx context.Context, column string, tables []*keptIn) (bool, error) {
	var keys [][]string
	for n, id := range e.before.ids {
		if _, stays := e.after.at[id]; stays && e.before.values[n][e.at[column]] != nil {
			keys = append(keys, e.before.keys[n])
		}
	}
	kept := map[string]bool{}
	for _, t := range tables {
		places, err := t.places(ctx, keys)
		if err != nil {
			return false, err
		}
		for _, p := range places {
			for _, c := range p.columns() {
				// What a default filled is kept only if it is all of the column, and that has different values.
				if whole := len(p.rows) == len(keys); (whole || !p.table.print.Columns[c].Filled) && e.agrees(column, p, c) {
					for id := range p.rows {
						kept[id] = true
					}
				}
			}
		}
	}
	return len(kept) == len(keys), nil
}

// agrees reports whether a column of a place has a column's value, or each of its items, for each row that is there.
func (e *examination) agrees(column string, p place, c int) bool {
	return e.everywhere(column, func(n int, value string) bool {
		var there []string
		for _, m := range p.rows[joinedKey(e.before.keys[n])] {
			if v := p.table.rows[m][c]; v != nil {
				there = append(there, *v)
			} else {
				there = append(there, "")
			}
		}
		items := strings.Split(list(value, familyText), ",")
		return len(there) == 0 || amongRows(there, []string{value}) || amongRows(there, items)
	})
}

// amongRows reports whether the rows of a key have all items. A row of every small number there is proves nothing:
// short items must be all that the rows have.
func amongRows(there, items []string) bool {
	return !slices.ContainsFunc(items, func(item string) bool {
		more := func(v string) bool { return v != "" && !slices.Contains(items, v) }
		return item != "" && (!slices.Contains(there, item) || len(item) <= 2 && slices.ContainsFunc(there, more))
	})
}

// now returns the value of a new column in the row that was the nth.
func (e *examination) now(n, at int) *string { return e.after.values[e.after.at[e.before.ids[n]]][at] }

// renamed reports whether a new column has one value of its own for each of the few values of a column.
func (e *examination) renamed(column string, at int) bool {
	names, rows := map[string]string{}, 0
	whole := e.everywhere(column, func(n int, value string) bool {
		is := e.now(n, at)
		if is == nil || names[value] != "" && names[value] != *is {
			return false
		}
		names[value] = *is
		rows++
		return true
	})
	different := map[string]bool{}
	for _, is := range names {
		different[is] = true
	}
	states := rows > len(names) // an enum or a boolean is a state, however few rows there are
	if f := familyOf(e.was.column(column).Type); f == familyOther || f == familyBoolean {
		states = true
	}
	return whole && states && len(different) == len(names) && len(names) <= fewValues
}

// everywhere reports whether a column's values differ, and all those of rows that are still there satisfy a condition.
func (e *examination) everywhere(column string, found func(row int, value string) bool) bool {
	different := map[string]bool{}
	for n, values := range e.before.values {
		value := values[e.at[column]]
		if _, stays := e.after.at[e.before.ids[n]]; value == nil || !stays {
			continue
		}
		if different[*value] = true; !found(n, *value) {
			return false
		}
	}
	return len(different) > 1
}
