package data

import "slices"

// Compare returns what happened to the existing data. It follows renames: a table by its OID, a column by its number,
// and either by name if it was recreated under the same name. It is no loss if content lives on, value for value, in
// a new column (copied, then dropped), if a partition was attached or detached, or if a generated column was dropped,
// whose sources show any loss. What it cannot decide is marked as suspect: whether a text that differs is another
// value or the same one under another type, and which of the old values changed when rows were added or removed.
func (before Fingerprint) Compare(after Fingerprint) []Change {
	now := pairTables(before.Tables, after.Tables)
	fresh := freshColumns(before.Tables, now, after.Tables)
	var changes []Change
	for i, was := range before.Tables {
		if now[i] < 0 {
			if !attached(was, before, after, now) && !moved(was, fresh) {
				changes = appendDropped(changes, was)
			}
			continue
		}
		changes = append(changes, compareTables(was, after.Tables[now[i]], after, fresh)...)
	}
	return changes
}

// Added returns the existing tables that have more rows than before.
func (before Fingerprint) Added(after Fingerprint) []Change {
	var changes []Change
	for i, j := range pairTables(before.Tables, after.Tables) {
		if was := before.Tables[i]; j >= 0 && after.Tables[j].Rows > was.Rows {
			changes = append(changes, Change{Table: was.label(), Kind: RowsAdded, Before: was.Rows, After: after.Tables[j].Rows})
		}
	}
	return changes
}

// appendDropped reports a dropped table that had rows.
func appendDropped(changes []Change, was TablePrint) []Change {
	if was.Rows == 0 {
		return changes
	}
	return append(changes, Change{Table: was.label(), Kind: TableDropped, Before: was.Rows})
}

// compareTables compares a table with its successor.
func compareTables(was, is TablePrint, after Fingerprint, fresh []freshColumn) []Change {
	change := Change{Table: was.label()}
	if is.label() != was.label() {
		change.TableNow = is.label()
	}
	var changes []Change
	rows := is.Rows + detachedRows(was, after)
	lost := was.Rows - rows
	if lost > 0 {
		change.Kind, change.Before, change.After = RowsLost, was.Rows, rows
		changes = append(changes, change)
	}
	columns := pairColumns(was, is)
	for i, c := range was.Columns {
		change.Column, change.ColumnNow = c.Name, ""
		if columns[i] < 0 {
			if c.Values > 0 && !c.Computed && !copied(c, was, is.OID, fresh) {
				change.Kind, change.Before, change.After = ColumnDropped, c.Values, 0
				changes = append(changes, change)
			}
			continue
		}
		d := is.Columns[columns[i]]
		if d.Name != c.Name {
			change.ColumnNow = d.Name
		}
		change.Before, change.After = c.Values, d.Values
		if valuesLost(was, is, c, d, rows != is.Rows || lost > 0) {
			change.Kind = ValuesLost
			changes = append(changes, change)
		}
		if suspected(was, is, c, d) {
			change.Kind, change.Suspect = ValuesChanged, true
			changes = append(changes, change)
			change.Suspect = false
		}
	}
	return changes
}

// valuesLost reports whether a column lost values beyond what the loss of rows explains.
func valuesLost(was, is TablePrint, c, d ColumnPrint, rowsGone bool) bool {
	if rowsGone {
		// The lost rows are reported anyway; counting cannot tell which values went with them. More NULLs than before
		// mean that rows which still exist lost values.
		return was.Rows-c.Values < is.Rows-d.Values
	}
	return d.Values < c.Values
}

// suspected reports whether a value of a column may have changed. If the number of rows or values differs, hashes
// prove nothing: a key tells which rows are the old ones, and without one each old value must be among the new ones.
func suspected(was, is TablePrint, c, d ColumnPrint) bool {
	switch {
	case was.SampledBy != is.SampledBy || was.SampledBy == 0 || c.Values == 0 || is.Rows == 0:
		return false
	case was.Rows != is.Rows || c.Values != d.Values:
		return sameKey(was, is) || len(was.Key) == 0 && was.SampledBy == 1 && was.Rows <= is.Rows && c.Values <= d.Values
	}
	return c.Hash != d.Hash || sameKey(was, is) && c.Keyed != d.Keyed
}

// sameKey reports whether rows are identified by the same columns as before.
func sameKey(was, is TablePrint) bool {
	columns := pairColumns(was, is)
	keys := make([]string, 0, len(was.Key))
	for _, k := range was.Key {
		if i := slices.IndexFunc(was.Columns, func(c ColumnPrint) bool { return c.Name == k }); columns[i] >= 0 {
			keys = append(keys, is.Columns[columns[i]].Name)
		}
	}
	return len(keys) > 0 && slices.Equal(keys, is.Key)
}

// pairTables returns for each table of before the index of its successor, -1 if it is gone: by OID first, then by
// name unless that table is another one's successor.
func pairTables(before, after []TablePrint) []int {
	pairs := make([]int, len(before))
	taken := map[int]bool{}
	for i, b := range before {
		pairs[i] = slices.IndexFunc(after, func(a TablePrint) bool { return a.OID == b.OID })
		taken[pairs[i]] = true
	}
	for i, b := range before {
		if pairs[i] >= 0 {
			continue
		}
		j := slices.IndexFunc(after, func(a TablePrint) bool { return a.label() == b.label() })
		if j >= 0 && !taken[j] {
			pairs[i], taken[j] = j, true
		}
	}
	return pairs
}

// pairColumns does for columns what pairTables does for tables. Numbers mean nothing in a recreated table.
func pairColumns(was, is TablePrint) []int {
	pairs := make([]int, len(was.Columns))
	taken := map[int]bool{}
	for i, b := range was.Columns {
		pairs[i] = -1
		if was.OID == is.OID {
			pairs[i] = slices.IndexFunc(is.Columns, func(a ColumnPrint) bool { return a.Number == b.Number })
			taken[pairs[i]] = true
		}
	}
	for i, b := range was.Columns {
		if pairs[i] >= 0 {
			continue
		}
		j := slices.IndexFunc(is.Columns, func(a ColumnPrint) bool { return a.Name == b.Name })
		if j >= 0 && !taken[j] {
			pairs[i], taken[j] = j, true
		}
	}
	return pairs
}
