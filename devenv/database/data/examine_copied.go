package data

import "slices"

// freshColumns returns the columns that the table did not have before, except those that their default filled: if all
// rows held a zero, a new column's zeros are not the old one's.
func (e *examination) freshColumns() []ColumnPrint {
	successors := pairColumns(e.was, *e.is)
	var fresh []ColumnPrint
	for i, c := range e.is.Columns {
		if !slices.Contains(successors, i) && !c.Filled {
			fresh = append(fresh, c)
		}
	}
	return fresh
}

// holdsAll reports whether one fresh column has each value of a dropped column in the same row. It may have more
// values, where the copy replaced NULL. A column with the same value everywhere proves nothing.
func (e *examination) holdsAll(column string) bool {
	if e.rate != 1 {
		return false
	}
	for i, at := range e.fresh {
		types := retyping{old: e.was.column(column).Type, new: e.freshColumns()[i].Type}
		missing, different := 0, map[string]bool{}
		for n, values := range e.before.values {
			m, there := e.after.at[e.before.ids[n]]
			switch was := values[e.at[column]]; {
			case !there:
			case e.after.values[m][at] == nil:
				if was != nil {
					missing++
				}
			default:
				is := types.is(*e.after.values[m][at])
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
