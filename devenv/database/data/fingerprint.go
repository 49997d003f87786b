// Package data finds out what a migration did to rows: it takes a Fingerprint before and after, compares them, and
// decides what they cannot by reading the rows (Examine). It may use catalog and query.
package data

import "slices"

// sampleAbove is the number of rows above which only one row in sampleRate is hashed. Rows and non-null values are
// always counted exactly.
const (
	sampleAbove = 1_000_000
	sampleRate  = 64
)

// KeysShown is how many rows are named by their keys.
const KeysShown = 5

// Fingerprint summarizes the content of a database's ordinary tables, without containing any of it. It can be
// marshalled to JSON and back.
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
	// SampledBy is 1 if every row was hashed, n if one row in n was (chosen by the primary key's hash, so that the
	// same rows are chosen again), and 0 if none was: a table above a million rows without a primary key.
	SampledBy int           `json:"sampled_by"`
	Columns   []ColumnPrint `json:"columns"`
	// Key are the columns that identify rows: the primary key's, else those of a unique index without NULLs; empty if
	// there is neither.
	Key []string `json:"key,omitempty"`
	// Partitions are the OIDs of the partitions counted with it, at any depth.
	Partitions []uint32 `json:"partitions,omitempty"`
}

// ColumnPrint is the fingerprint of one column. Values is the exact count of non-null values. Neither hash depends on
// the order of rows: Hash covers the values, Keyed also the rows that they are in. Keyed is empty in a table without
// a key.
type ColumnPrint struct {
	Number int16  `json:"number"`
	Name   string `json:"name"`
	// Type is the column's, without length or precision.
	Type   string `json:"type"`
	Values int64  `json:"values"`
	Hash   string `json:"hash,omitempty"`
	Keyed  string `json:"keyed,omitempty"`
	// Computed means that the column is generated: its values derive from other columns.
	Computed bool `json:"computed,omitempty"`
	// Filled means that all values are the same and the column has a default, which may be their source.
	Filled bool `json:"filled,omitempty"`
}

// ChangeKind tells what happened to data.
type ChangeKind string

// The kinds of changes. All but ValuesChanged and RowsAdded are losses; Compare never returns RowsAdded.
const (
	RowsLost      ChangeKind = "rows_lost"
	ValuesLost    ChangeKind = "values_lost"
	TableDropped  ChangeKind = "table_dropped"
	ColumnDropped ChangeKind = "column_dropped"
	ValuesChanged ChangeKind = "values_changed"
	RowsAdded     ChangeKind = "rows_added"
)

// Change is one thing that happened to existing data. Table is schema.table and Column the bare name, both as before;
// TableNow and ColumnNow are set if they have been renamed. Before and After count rows (RowsLost, RowsAdded,
// TableDropped) or non-null values.
type Change struct {
	Table     string     `json:"table"`
	Column    string     `json:"column,omitempty"`
	TableNow  string     `json:"table_now,omitempty"`
	ColumnNow string     `json:"column_now,omitempty"`
	Kind      ChangeKind `json:"kind"`
	Before    int64      `json:"before"`
	After     int64      `json:"after"`
	// Suspect means that counts and hashes cannot tell whether any value changed; Examine reads the rows and decides.
	Suspect bool `json:"suspect,omitempty"`
	// Rows, Keys and Examples are set by Examine: how many rows a ValuesChanged concerns, the first few of any change
	// ("id=3"), and what became of their values ("id 2: 99999999.9999 → 100000000.00"). Rows is 0 if unknown.
	Rows     int64    `json:"rows,omitempty"`
	Keys     []string `json:"keys,omitempty"`
	Examples []string `json:"examples,omitempty"`
	// Stamped means that every changed value of a time is now the moment of the change.
	Stamped bool `json:"stamped,omitempty"`
	// Renamed means that the changed values are a few states, each of which has another name of its own now.
	// Relabelled means that a statement renames the labels, which Examine cannot know.
	Renamed    bool `json:"renamed,omitempty"`
	Relabelled bool `json:"relabelled,omitempty"`
	// Renames are the few values that became others, one by one, if they are no states: they were renamed if the migration
	// names them all.
	Renames map[string]string `json:"renames,omitempty"`
	// Retyped means that the column has another type.
	Retyped bool `json:"retyped,omitempty"`
	// Reshaped means that the column has the same type, and its table lost another column, so that nobody takes the new
	// values for the old ones.
	Reshaped bool `json:"reshaped,omitempty"`
	// Misread means that numbers which are recent points in time became other ones.
	Misread bool `json:"misread,omitempty"`
	// Tidied means that the changed values are only written in another way; Kept that a table has the old ones beside their rows' keys.
	Tidied bool `json:"tidied,omitempty"`
	Kept   bool `json:"kept,omitempty"`
	// Reordered means that each changed value is a list of the same elements in another order.
	Reordered bool `json:"reordered,omitempty"`
	// Extended means that each changed value is a list which has got more elements, and kept those it had in their order.
	Extended bool `json:"extended,omitempty"`
	// SampledBy is n if Rows was counted among one row in n, else 1 or 0.
	SampledBy int `json:"sampled_by,omitempty"`
}

// label returns the table's name for people and for waivers: schema.table.
func (t TablePrint) label() string { return t.Schema + "." + t.Name }
