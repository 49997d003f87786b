package data

import "slices"

// freshColumns returns the columns that the table did not have before, except those that their default filled: if all
// rows held a zero, a new column's zeros are not the old one's.
func (s *sides) freshColumns() []ColumnPrint {
	successors := pairColumns(s.was, *s.is)
	var fresh []ColumnPrint
	for i, c := range s.is.Columns {
		if !slices.Contains(successors, i) && !c.Filled {
			fresh = append(fresh, c)
		}
	}
	return fresh
}

// holdsAll reports whether one fresh column has each value of a dropped column in the same row. It may have more
// values, where the copy replaced NULL. A column with the same value everywhere proves nothing.
func (w *search) holdsAll(column string) bool {
	if w.rate != 1 {
		return false
	}
	for i, at := range w.fresh {
		types := retyping{old: w.was.column(column).Type, new: w.freshColumns()[i].Type}
		missing, different := 0, map[string]bool{}
		for n, values := range w.before.values {
			m, there := w.after.at[w.before.ids[n]]
			switch was := values[w.at[column]]; {
			case !there:
			case w.after.values[m][at] == nil:
				if was != nil {
					missing++
				}
			default:
				is := types.is(*w.after.values[m][at])
				if different[is] = true; was != nil && types.was(*was) != is {
					missing++
				}
			}
		}
		if missing == 0 && len(different) > 1 {
			return true
		}
	}
	return false
}
