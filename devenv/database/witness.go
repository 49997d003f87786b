package database

// Witness is rows that are legal before a move between two schemas, made to break one restriction of it.
type Witness struct {
	Restriction Restriction
	// Inserts are the statements that write it, parents first. None: it could not be built, and Problem says why.
	Inserts []string
	Problem string
	// Implied says that the schema before forbids such a row already, so that nothing can break.
	Implied bool
}
