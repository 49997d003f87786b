package data

import "slices"

// settleChanged counts the rows in which a column's value differs from before. It drops a suspect without any; a
// value that became NULL is a loss, even if as many values were added.
func (e *examination) settleChanged(c Change, all []Change) []Change {
	c.Suspect, c.SampledBy = false, e.rate
	if !e.keyed {
		return e.settleUnkeyed(c)
	}
	var changed, lost []int
	column, types := e.at[c.Column], retyping{old: e.was.column(c.Column).Type, new: e.is.column(or(c.ColumnNow, c.Column)).Type}.seen(e.pairs(c.Column))
	for n, values := range e.before.values {
		m, there := e.after.at[e.before.ids[n]]
		switch {
		case values[column] == nil:
		case !there:
			if slices.Contains(e.was.Key, c.Column) && e.was.Rows == e.is.Rows && e.renumbered() {
				changed = append(changed, n)
			}
		case e.after.values[m][column] == nil:
			lost = append(lost, n)
		default:
			was, is := *values[column], *e.after.values[m][column]
			if types.was(was) == types.is(is) || types.grown(was, is, values) || types.reformatted(was, is) {
				continue
			}
			c.Stamped = (len(changed) == 0 || c.Stamped) && e.stays(c) && e.during.has(is, types.new)
			if changed = append(changed, n); len(changed) <= KeysShown {
				c.Examples = append(c.Examples, e.example(n, was, is))
			}
		}
	}
	var settled []Change
	if reported := slices.ContainsFunc(all, func(o Change) bool { return o.Kind == ValuesLost && o.Column == c.Column }); len(lost) > 0 &&
		!reported {
		settled = append(settled, Change{
			Table: c.Table, TableNow: c.TableNow, Column: c.Column, ColumnNow: c.ColumnNow, Kind: ValuesLost,
			Before: c.Before, After: c.Before - int64(len(lost)), Keys: e.display(lost), SampledBy: e.rate,
		})
	}
	if len(changed) > 0 {
		c.Rows, c.Keys = int64(len(changed)), e.display(changed)
		settled = append(settled, c)
	}
	if len(changed) == 0 && len(lost) == 0 && e.rate > 1 && e.certain(c) {
		settled = append(settled, c) // the change is in rows that were not read
	}
	return settled
}

// settleUnkeyed compares a column's values as a multiset: rows without a key cannot be followed.
func (e *examination) settleUnkeyed(c Change) []Change {
	column, types := e.at[c.Column], retyping{old: e.was.column(c.Column).Type, new: e.is.column(or(c.ColumnNow, c.Column)).Type}
	there := map[string]int{}
	for _, values := range e.after.values {
		if v := values[column]; v != nil {
			there[types.is(*v)]++
		}
	}
	for _, values := range e.before.values {
		v := values[column]
		if v == nil {
			continue
		}
		if text := types.was(*v); there[text] > 0 {
			there[text]--
			continue
		}
		if c.Rows++; c.Rows <= KeysShown {
			c.Examples = append(c.Examples, shorten(*v)+" no longer occurs")
		}
	}
	if c.Rows == 0 {
		return nil
	}
	return []Change{c}
}
