package data

import "context"

// keptItems returns the rows whose list, in a dropped column, another table has item by item beside the row's key; none
// if only a few have it there.
func (w *search) keptItems(ctx context.Context, column string) (map[int]bool, error) {
	const few = 3
	if f := familyOf(w.was.column(column).Type); w.rate != 1 || !w.keyed || w.is == nil || f != familyList && f != familyJSON {
		return nil, nil
	}
	var keys [][]string
	for n, id := range w.before.ids {
		if _, stays := w.after.at[id]; stays && says(w.before.values[n][w.at[column]]) {
			keys = append(keys, w.before.keys[n])
		}
	}
	var most map[int]bool
	for _, t := range w.other.others(w.was.OID) {
		places, err := t.places(ctx, keys)
		if err != nil {
			return nil, err
		}
		for _, p := range places {
			for _, c := range p.columns() {
				if kept := w.itemsIn(column, p, c); len(kept) > max(few, len(most)) {
					most = kept
				}
			}
		}
	}
	return most, nil
}

// itemsIn returns the rows all of whose items, more than one, a column of a place has.
func (w *search) itemsIn(column string, p place, c int) map[int]bool {
	kept, f := map[int]bool{}, familyOf(w.was.column(column).Type)
	for n, values := range w.before.values {
		value := values[w.at[column]]
		if !says(value) {
			continue
		}
		var there []string
		for _, m := range p.rows[joinedKey(w.before.keys[n])] {
			if v := p.table.rows[m][c]; v != nil {
				there = append(there, bare(*v, p.table.print.Columns[c].Type))
			}
		}
		if wanted := items(*value, f); len(wanted) > 1 && len(there) > 0 && amongRows(there, wanted) {
			kept[n] = true
		}
	}
	return kept
}
