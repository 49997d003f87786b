package data

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// fewValues is up to how many different values a column is taken for a list of states.
const fewValues = 20

// livesOn reports whether each value of a dropped or emptied column is in another form: whole or item by item with
// the row's key in another table, as the key of a lookup, in parts in the row's new columns, as a bound of a range, or
// as another name of the state that it was.
func (w *search) livesOn(ctx context.Context, column string) (bool, error) {
	if w.rate != 1 || !w.keyed || w.is == nil {
		return false, nil
	}
	if err := w.other.load(ctx); err != nil {
		return false, err
	}
	if is, err := w.isListed(ctx, column); is || err != nil {
		return is, err
	}
	if slices.ContainsFunc(w.fresh, func(at int) bool { return w.renamed(column, at) || w.lookedUp(column, at) }) || w.inParts(column) || w.isBound(column) {
		return true, nil
	}
	return w.keptBeside(ctx, column, w.other.others(w.was.OID))
}

// lookedUp reports whether a new column has the key under which a lookup has each value of a column. If that is the same in
// all rows, it must be a telling one, and rows without it must have no key.
func (w *search) lookedUp(column string, at int) bool {
	if kinds := w.kinds(column); len(kinds) == 0 || len(kinds) == 1 && (len(kinds[0]) <= 2 || w.filledWithout(column, at)) {
		return false
	}
	return slices.ContainsFunc(w.other.translate(w.was.OID), func(meaning map[string]string) bool {
		return w.allOf(column, func(n int, value string) bool {
			key := w.now(n, at)
			return key != nil && (meaning[*key] == value || w.spelledLike(column, value, meaning[*key]))
		})
	})
}

// filledWithout reports whether a new column has a value in a row in which a column had none.
func (w *search) filledWithout(column string, at int) bool {
	for n, values := range w.before.values {
		m, stays := w.after.at[w.before.ids[n]]
		if stays && !says(values[w.at[column]]) && w.after.values[m][at] != nil {
			return true
		}
	}
	return false
}

// keptBeside reports whether tables have each value of a column, whole or item by item, or the keys under which a lookup
// has them, beside its row's key. Each table has them in one column, for all of the rows whose keys it has.
func (w *search) keptBeside(ctx context.Context, column string, tables []*keptIn) (bool, error) {
	var keys [][]string
	for n, id := range w.before.ids {
		if _, stays := w.after.at[id]; stays && says(w.before.values[n][w.at[column]]) {
			keys = append(keys, w.before.keys[n])
		}
	}
	kept, meanings := map[string]bool{}, append(w.other.translate(w.was.OID), nil)
	for _, t := range tables {
		places, err := t.places(ctx, keys)
		if err != nil {
			return false, err
		}
		for _, p := range places {
			if w.partsBeside(column, p) {
				maps.Copy(kept, asSet(p.rows))
			}
			for _, c := range p.columns() {
				// What a default filled is kept only if it is all of the column, and that has different values.
				agrees := func(meaning map[string]string) bool { return w.agrees(column, p, c, meaning) }
				if whole := len(p.rows) == len(keys); (whole || !p.table.print.Columns[c].Filled) && slices.ContainsFunc(meanings, agrees) {
					maps.Copy(kept, asSet(p.rows))
				}
			}
		}
	}
	return len(kept) == len(keys) && len(kept) > 0, nil
}

func asSet[T any](of map[string]T) map[string]bool {
	set := map[string]bool{}
	for key := range of {
		set[key] = true
	}
	return set
}

// says reports whether a value is more than blanks and separators, of which a list of nothing is made, and more than an
// empty object or array.
func says(value *string) bool {
	return value != nil && list(*value, familyText) != "" && !slices.Contains([]string{"{}", "[]", "null"}, *value)
}

// agrees reports whether a column of a place has a column's value, or each of its items, for each row that is there: as
// they are or, if there is a meaning, as the keys of it.
func (w *search) agrees(column string, p place, c int, meaning map[string]string) bool {
	kinds, f := w.kinds(column), familyOf(w.was.column(column).Type)
	if len(kinds) == 1 && (len(kinds[0]) <= 2 || p.table.print.Columns[c].Filled || f == familyBoolean) {
		return false // one short value, or a default, may be there by chance
	}
	return w.allOf(column, func(n int, value string) bool {
		var there []string
		for _, m := range p.rows[joinedKey(w.before.keys[n])] {
			switch v := p.table.rows[m][c]; {
			case v == nil:
				there = append(there, "")
			case meaning != nil:
				there = append(there, meaning[*v])
			default:
				there = append(there, bare(*v, p.table.print.Columns[c].Type))
			}
		}
		return len(there) == 0 || amongRows(there, []string{value}) || amongRows(there, items(value, f))
	})
}

// items returns the elements of an array, in the database or in JSON, or of a list in a text, or the values of an object's
// members.
func items(value string, f family) []string {
	object := map[string]any{}
	switch {
	case f == familyList:
		return arrayElements(value)
	case f == familyJSON && strings.HasPrefix(value, "["):
		return strings.Split(list(value, f), ",")
	case decoded(value, &object) != nil:
		return strings.Split(list(value, familyText), ",")
	}
	var found []string
	for _, member := range object {
		found = append(found, scalar(member))
	}
	return found
}

// bare returns a value as a text, a JSON string without its quotes.
func bare(value, typ string) string {
	var text string
	if familyOf(typ) == familyJSON && decoded(value, &text) == nil {
		return text
	}
	return value
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
func (s *sides) now(n, at int) *string { return s.after.values[s.after.at[s.before.ids[n]]][at] }

// renamed reports whether a new column has one value of its own for each of the few values of a column.
func (w *search) renamed(column string, at int) bool {
	names, rows := map[string]string{}, 0
	whole := w.everywhere(column, func(n int, value string) bool {
		is := w.now(n, at)
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
	if f := familyOf(w.was.column(column).Type); f == familyOther || f == familyBoolean {
		states = true
	}
	return whole && states && len(different) == len(names) && len(names) <= fewValues
}

// renamedStates reports whether a column's values, before and after, are a few states that have got other names in place:
// texts, labels or codes, and not numbers that became other numbers.
func renamedStates(pairs [][2]string, types retyping) bool {
	is := oneByOne(pairs, types)
	f := familyOf(types.old)
	isState := len(pairs) > len(is) || f == familyOther || f == familyBoolean
	return len(is) > 0 && isState && len(is) <= fewValues
}

// oneByOne returns what each value of a column is now, if that tells which it was; nil if not, and for times and numbers.
func oneByOne(pairs [][2]string, types retyping) map[string]string {
	f, g := familyOf(types.old), familyOf(types.new)
	if f == familyTime || g == familyTime || f == familyNumber && g == familyNumber {
		return nil
	}
	is, was := map[string]string{}, map[string]string{}
	for _, p := range pairs {
		if now, known := is[p[0]]; known && now != p[1] {
			return nil
		}
		if old, known := was[p[1]]; known && old != p[0] {
			return nil
		}
		is[p[0]], was[p[1]] = p[1], p[0]
	}
	return is
}

// renames returns the few values of a column that became others, one by one, each with the other one.
func renames(pairs [][2]string, types retyping) map[string]string {
	is := oneByOne(pairs, types)
	maps.DeleteFunc(is, func(was, now string) bool { return was == now })
	if len(is) > fewValues {
		return nil
	}
	return is
}

// everywhere reports whether a column's values differ, and all those of rows that are still there satisfy a condition.
func (s *sides) everywhere(column string, found func(row int, value string) bool) bool {
	return len(s.kinds(column)) > 1 && s.allOf(column, found)
}

// allOf reports whether all values of a column that say something, in rows that are still there, satisfy a condition.
func (s *sides) allOf(column string, found func(row int, value string) bool) bool {
	for n, values := range s.before.values {
		value := values[s.at[column]]
		if _, stays := s.after.at[s.before.ids[n]]; says(value) && stays && !found(n, *value) {
			return false
		}
	}
	return true
}

// kinds returns the different values of a column in rows that are still there, up to two of them.
func (s *sides) kinds(column string) (different []string) {
	s.allOf(column, func(_ int, value string) bool {
		if !slices.Contains(different, value) {
			different = append(different, value)
		}
		return len(different) < 2
	})
	return different
}
