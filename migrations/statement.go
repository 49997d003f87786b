package migrations

// Statement is one SQL statement that a migration ran. It never includes parameters.
type Statement struct {
	// Seq numbers the statements of one command, starting at 1.
	Seq int `json:"seq"`
	// Revision is empty for statements that the tool itself or env.py ran.
	Revision string `json:"revision,omitempty"`
	// File and Line are the innermost frame in the revision's file.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	SQL  string `json:"sql"`
	// MS is how long the statement took, in milliseconds.
	MS float64 `json:"ms"`
	// Rows is the row count that the driver reports, or -1 if it reports none.
	Rows int64 `json:"rows"`
	// SQLState is empty when the statement succeeded, "?" when it failed without an answer from the server.
	SQLState string `json:"sqlstate,omitempty"`
	// Version reports that the statement accesses the tool's version table.
	Version bool `json:"version,omitempty"`
	// Transaction identifies the statement's transaction; it is empty unless MoveOptions.Transactions was set.
	Transaction string `json:"transaction,omitempty"`
	// Effects is set when the command was traced.
	Effects *Effects `json:"effects,omitempty"`
}

// Effects is what a traced statement did, read on the statement's own connection.
type Effects struct {
	// Locks are the locks on relations that the statement newly acquired.
	Locks []Lock `json:"locks,omitempty"`
	// Scans are the changes in the transaction's table statistics.
	Scans []Scan `json:"scans,omitempty"`
	// WALBytes is how much the server's write-ahead log grew.
	WALBytes int64 `json:"wal_bytes"`
}

// Lock is a lock that the migration's transaction holds on a relation.
type Lock struct {
	Relation string `json:"relation"`
	// Mode is pg_locks.mode, such as "AccessExclusiveLock".
	Mode string `json:"mode"`
}

// Scan counts the rows that a statement read and wrote in a table.
type Scan struct {
	Relation string `json:"relation"`
	SeqScans int64  `json:"seq_scans"`
	Read     int64  `json:"read"`
	Inserted int64  `json:"inserted"`
	Updated  int64  `json:"updated"`
	Deleted  int64  `json:"deleted"`
}
