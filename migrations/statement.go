package migrations

// Statement is one SQL statement that a migration ran. Parameters are never part of it.
type Statement struct {
	// Seq counts from 1 within one command.
	Seq int `json:"seq"`
	// Revision is empty for statements of the tool itself and of env.py.
	Revision string `json:"revision,omitempty"`
	// File and Line are the innermost frame in the revision's file.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	SQL  string `json:"sql"`
	// MS is the time the statement took, in milliseconds.
	MS float64 `json:"ms"`
	// Rows is the driver's row count, -1 when it has none.
	Rows int64 `json:"rows"`
	// SQLState is empty when the statement succeeded, "?" when it failed without an answer from the server.
	SQLState string `json:"sqlstate,omitempty"`
	// Version says that the statement writes the tool's version table.
	Version bool `json:"version,omitempty"`
	// Transaction is equal for two statements that are kept or lost together; empty unless it was asked for.
	Transaction string `json:"transaction,omitempty"`
	// Effects is there when the command was traced.
	Effects *Effects `json:"effects,omitempty"`
}

// Effects is what a traced statement did, read on its own connection.
type Effects struct {
	// Locks are those newly held on relations after the statement.
	Locks []Lock `json:"locks,omitempty"`
	// Scans are the deltas of the transaction's table statistics.
	Scans []Scan `json:"scans,omitempty"`
	// WALBytes is how far the server's write-ahead log moved.
	WALBytes int64 `json:"wal_bytes"`
}

// Lock is a lock that the migration's transaction holds on a relation.
type Lock struct {
	Relation string `json:"relation"`
	// Mode is pg_locks.mode, such as "AccessExclusiveLock".
	Mode string `json:"mode"`
}

// Scan is what a statement read and wrote in a table, in rows.
type Scan struct {
	Relation string `json:"relation"`
	SeqScans int64  `json:"seq_scans"`
	Read     int64  `json:"read"`
	Inserted int64  `json:"inserted"`
	Updated  int64  `json:"updated"`
	Deleted  int64  `json:"deleted"`
}
