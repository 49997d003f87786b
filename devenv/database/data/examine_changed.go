package data

import "slices"

// settleChanged counts the rows in which a column's value differs from before. It drops a suspect without any; a
// value that became NULL is a loss, even if as many values were added.
func (d *decision) settleChanged(c Change, all []Change) []Change {
	c.Suspect, c.SampledBy = false, d.rate
	if !d.keyed {
		return d.settleUnkeyed(c)
	}
	var changed, lost []int
	dropped := d.droppedColumns()
	column, types := d.at[c.Column], retyping{old: d.was.column(c.Column).Type, new: d.is.column(or(c.ColumnNow, c.Column)).Type}.seen(d.pairs(c.Column))
	for n, values := range d.before.values {
		m, there := d.after.at[d.before.ids[n]]
		switch {
		case values[column] == nil:
		case !there:
			if slices.Contains(d.was.Key, c.Column) && d.was.Rows == d.is.Rows && d.renumbered() {
				changed = append(changed, n)
			}
		case d.after.values[m][column] == nil:
			if says(values[column]) {
				lost = append(lost, n)
			}
		default:
			was, is := *values[column], *d.after.values[m][column]
			if types.was(was) == types.is(is) || d.saysTheSame(types, n, was, is) || d.grewBy(dropped, n, was, is) {
				continue
			}
			c.Tidied = (len(changed) == 0 || c.Tidied) && d.rate == 1 && (types.tidied(was, is) || d.spelledLike(c.Column, was, is))
			c.Reordered = (len(changed) == 0 || c.Reordered) && d.rate == 1 && types.reordered(was, is)
			c.Extended = (len(changed) == 0 || c.Extended) && d.rate == 1 && types.extended(was, is)
			c.Stamped = (len(changed) == 0 || c.Stamped) && d.stays(c) && d.during.has(is, types.new)
			if changed = append(changed, n); len(changed) <= KeysShown {
				c.Examples = append(c.Examples, d.example(n, was, is))
			}
		}
	}
	settled := d.unreported(c, lost, all)
	if len(changed) > 0 {
		c.Rows, c.Keys, c.Renamed = int64(len(changed)), d.display(changed), d.rate == 1 && renamedStates(d.pairs(c.Column), types)
		if d.rate == 1 && !c.Renamed {
			c.Renames = renames(d.pairs(c.Column), types)
		}
		c.Retyped = d.was.column(c.Column).Type != types.new
		c.Misread = types.misread(d.pairs(c.Column))
		c.Reshaped = !c.Retyped && len(dropped) > 0
		settled = append(settled, c)
	}
	if len(changed) == 0 && len(lost) == 0 && d.rate > 1 && d.certain(c) {
		settled = append(settled, c) // the change is in rows that were not read
	}
	return settled
}

// unreported returns the loss of a changed column's values in some rows, unless it is among all changes already.
func (d *decision) unreported(c Change, lost []int, all []Change) []Change {
	if len(lost) == 0 || slices.ContainsFunc(all, func(o Change) bool { return o.Kind == ValuesLost && o.Column == c.Column }) {
		return nil
	}
	return []Change{{
		Table: c.Table, TableNow: c.TableNow, Column: c.Column, ColumnNow: c.ColumnNow, Kind: ValuesLost,
		Before: c.Before, After: c.Before - int64(len(lost)), Keys: d.display(lost), SampledBy: d.rate,
	}}
}

// saysTheSame reports whether a value that is spelled in another way says what it said: merged with others of its row,
// with other names for its parts, in another format or encoding, or the key of a row that has another number now.
func (d *decision) saysTheSame(types retyping, n int, was, is string) bool {
	return types.grown(was, is, d.before.values[n]) || types.grown(is, was, d.freshValues(d.after.at[d.before.ids[n]])) ||
		types.rekeyed(was, is) || types.reformatted(was, is) || types.encoded(was, is) || d.renumberedRow(was, is)
}

// freshValues returns the values of the new columns of a row as it is now.
func (s *sides) freshValues(m int) []*string {
	var values []*string
	for _, at := range s.fresh {
		values = append(values, s.after.values[m][at])
	}
	return values
}

// settleUnkeyed compares a column's values as a multiset: rows without a key cannot be followed.
func (d *decision) settleUnkeyed(c Change) []Change {
	column, types := d.at[c.Column], retyping{old: d.was.column(c.Column).Type, new: d.is.column(or(c.ColumnNow, c.Column)).Type}
	there := map[string]int{}
	for _, values := range d.after.values {
		if v := values[column]; v != nil {
			there[types.is(*v)]++
		}
	}
	for _, values := range d.before.values {
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
