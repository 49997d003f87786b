// Package data tells what a migration did to rows: a Fingerprint is taken before and after it, two are compared, and what they
// cannot tell apart is settled by reading the rows (Examine). It may use catalog and query.
package data

import "slices"

// sampleAbove is the number of rows above which content hashes are taken of one row in sampleRate only. Rows and non-null
// values are always counted exactly.
const (
	sampleAbove = 1_000_000
	sampleRate  = 64
)

// KeysShown is how many rows' keys are named.
const KeysShown = 5

// Fingerprint says what a database's ordinary tables hold, without holding any of it. It survives JSON.
type Fingerprint struct {
	Tables []TablePrint `json:"tables"`
}

// HoldsRows reports whether there is any row at all.
func HoldsRows(f Fingerprint) bool {
	return slices.ContainsFunc(f.Tables, func(t TablePrint) bool { return t.Rows > 0 })
}

// TablePrint is the fingerprint of one table; a partitioned table counts once, with its partitions.
type TablePrint struct {
	OID    uint32 `json:"oid"`
	Schema string `json:"schema"`
	Name   string `json:"name"`
	// Rows is exact.
	Rows int64 `json:"rows"`
	// SampledBy is 1 where every row went into the hashes, n where one row in n did (chosen by the primary key's hash, so
	// that the same rows are chosen again), and 0 where none did: a table above a million rows without a primary key.
	SampledBy int           `json:"sampled_by"`
	Columns   []ColumnPrint `json:"columns"`
	// Key are the columns that tell rows apart: the primary key's, else those of a unique index that has no NULL; none
	// where there is neither.
	Key []string `json:"key,omitempty"`
	// Partitions are the OIDs of the partitions that were counted with it, at any depth.
	Partitions []uint32 `json:"partitions,omitempty"`
}

// ColumnPrint is the fingerprint of one column. Values is the exact count of values that are not null; neither hash depends
// on the order of rows. Hash says which values there are, Keyed also in which rows: it is empty in a table without a key.
type ColumnPrint struct {
	Number int16  `json:"number"`
	Name   string `json:"name"`
	// Type is the column's, without its length or precision.
	Type   string `json:"type"`
	Values int64  `json:"values"`
	Hash   string `json:"hash,omitempty"`
	Keyed  string `json:"keyed,omitempty"`
	// Computed says that the column is generated: its values are other columns'.
	Computed bool `json:"computed,omitempty"`
	// Filled says that all values are the same and the column has a default: it may be where they come from.
	Filled bool `json:"filled,omitempty"`
}

// ChangeKind says what happened to data.
type ChangeKind string

// The kinds of change. All but ValuesChanged and RowsAdded are losses; Compare never returns RowsAdded.
const (
	RowsLost      ChangeKind = "rows_lost"
	ValuesLost    ChangeKind = "values_lost"
	TableDropped  ChangeKind = "table_dropped"
	ColumnDropped ChangeKind = "column_dropped"
	ValuesChanged ChangeKind = "values_changed"
	RowsAdded     ChangeKind = "rows_added"
)

// Change is one thing that happened to data that was there. Table is schema.table and Column the bare name, both as
// they were before; TableNow and ColumnNow are set where they are called something else now. Before and After count rows
// (RowsLost, RowsAdded, TableDropped) or non-null values.
type Change struct {
	Table     string     `json:"table"`
	Column    string     `json:"column,omitempty"`
	TableNow  string     `json:"table_now,omitempty"`
	ColumnNow string     `json:"column_now,omitempty"`
	Kind      ChangeKind `json:"kind"`
	Before    int64      `json:"before"`
	After     int64      `json:"after"`
	// Suspect says that counting and hashing cannot tell whether any value changed; Examine reads the rows and settles it.
	Suspect bool `json:"suspect,omitempty"`
	// Rows, Keys and Examples are Examine's: how many rows a ValuesChanged concerns, the first few of any change
	// ("id=3"), and what became of the values in those ("id 2: 99999999.9999 → 100000000.00"). Rows is 0 where unknown.
	Rows     int64    `json:"rows,omitempty"`
	Keys     []string `json:"keys,omitempty"`
	Examples []string `json:"examples,omitempty"`
	// SampledBy is n where Rows was counted among one row in n only, else 1 or 0.
	SampledBy int `json:"sampled_by,omitempty"`
}

// label returns the table's name for people and for waivers: schema.table.
func (t TablePrint) label() string { return t.Schema + "." + t.Name }
