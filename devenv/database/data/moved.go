package data

import "slices"

// freshColumn is a column that held no data before under its own name or number: content that was copied before a
// drop is in one.
type freshColumn struct {
	table  TablePrint
	column ColumnPrint
	// whole means that the table is new as well.
	whole bool
}

// freshColumns returns the columns of new tables, and the new columns of old ones.
func freshColumns(before []TablePrint, now []int, after []TablePrint) []freshColumn {
	var fresh []freshColumn
	for j, table := range after {
		i := slices.Index(now, j)
		var successors []int
		if i >= 0 {
			successors = pairColumns(before[i], table)
		}
		for k, column := range table.Columns {
			if !slices.Contains(successors, k) {
				fresh = append(fresh, freshColumn{table: table, column: column, whole: i < 0})
			}
		}
	}
	return fresh
}

// copied reports whether a fresh column of the same table has all of a dropped column's values unchanged, or a column
// of the same name in a new table does, unless it is a key there: ids that start at 1 are the same everywhere.
func copied(c ColumnPrint, was TablePrint, table uint32, fresh []freshColumn) bool {
	return slices.ContainsFunc(fresh, func(f freshColumn) bool {
		moved := f.whole && f.column.Name == c.Name && !slices.Contains(f.table.Key, c.Name)
		return (f.table.OID == table || moved) && f.holds(c, was)
	})
}

// holds reports whether the fresh column has exactly the values of another. Equal hashes over samples prove nothing,
// nor does a column that its default filled: if all rows held a zero, the new column's zeros are not the old one's.
func (f freshColumn) holds(c ColumnPrint, was TablePrint) bool {
	return was.SampledBy == 1 && f.table.SampledBy == 1 && !f.column.Filled && f.column.Values == c.Values && f.column.Hash == c.Hash
}

// moved reports whether one other table has each column of a dropped table among its fresh columns, under the same
// name.
func moved(was TablePrint, fresh []freshColumn) bool {
	held := map[uint32]int{}
	for _, f := range fresh {
		for _, c := range was.Columns {
			if f.column.Name == c.Name && f.table.Rows == was.Rows && f.holds(c, was) {
				held[f.table.OID]++
			}
		}
	}
	for _, n := range held {
		if n == len(was.Columns) && n > 0 {
			return true
		}
	}
	return false
}

// attached reports whether a table that left the list has become a partition together with its rows.
func attached(was TablePrint, before, after Fingerprint, now []int) bool {
	for j, table := range after.Tables {
		if !slices.Contains(table.Partitions, was.OID) {
			continue
		}
		rows := table.Rows - was.Rows
		if i := slices.Index(now, j); i >= 0 {
			rows -= before.Tables[i].Rows
		}
		return rows >= 0
	}
	return false
}

// detachedRows returns the number of rows in former partitions of a table that are tables of their own now.
func detachedRows(was TablePrint, after Fingerprint) int64 {
	var rows int64
	for _, table := range after.Tables {
		if slices.Contains(was.Partitions, table.OID) {
			rows += table.Rows
		}
	}
	return rows
}
