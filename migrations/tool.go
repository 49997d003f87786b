package migrations

import (
	"context"
	"fmt"
)

// Tool runs a migration tool on one project's revisions. An error that the tool itself reports is a *Failure; any other
// error means that devenv could not communicate with it. Calls run one at a time.
type Tool interface {
	// History reads the revisions. It needs no database. A broken file is a Problem, not an error.
	History(ctx context.Context) (History, error)
	// Applied reads which revisions are applied to a database.
	Applied(ctx context.Context, db Database) (Applied, error)
	// Upgrade and Downgrade run revisions up or back to a target. When one fails, the run still contains what happened
	// before the failure.
	Upgrade(ctx context.Context, db Database, to Target) (Run, error)
	Downgrade(ctx context.Context, db Database, to Target) (Run, error)
	// Close ends the tool.
	Close(ctx context.Context) error
}

// The optional abilities of a Tool, found by type assertion.
type (
	// Generator generates revisions from the project's models.
	Generator interface {
		// Autogenerate compares the models with a database. The tool remembers the result for WriteRevision.
		Autogenerate(ctx context.Context, db Database) ([]Operation, error)
		// WriteRevision writes the result of the last Autogenerate to a revision file.
		WriteRevision(ctx context.Context, r Revise) (Written, error)
	}
	// Modeler creates the schema that the models describe, in a database that has none of it.
	Modeler interface {
		CreateAll(ctx context.Context, db Database) error
	}
	// VersionSetter records in a database's version table that exactly these revisions are applied, without running
	// any.
	VersionSetter interface {
		SetVersion(ctx context.Context, db Database, heads ...string) error
	}
	// Observer reports the statements and transactions of an upgrade as they run, and can stop it between two of them.
	Observer interface {
		UpgradeWith(ctx context.Context, db Database, to Target, o MoveOptions) (Run, error)
	}
	// Resumable starts over without a new process: what takes the time of a start, and does not depend on the project's
	// files, is kept.
	Resumable interface {
		// Suspend forgets what was read of the project. An error means that the tool cannot be resumed.
		Suspend(ctx context.Context) error
		// Resume reads the project again, whose files may have changed, as a start would.
		Resume(ctx context.Context, o StartOptions) error
	}
	// Located returns its revision directories, as paths in the tool's file system, and its name and versions.
	Located interface {
		Directories() []string
		About() string
	}
)

// Database is the server that a command connects to. The project's own URL stays unchanged: host names in it that refer
// to the database resolve to Address.
type Database struct {
	// Address is an IP address; if it is empty, no name is redirected.
	Address string
	// Hosts are the host names in the project's URLs that refer to the database.
	Hosts []string
	// Guard calls run, with which a tool does what needs the server: it returns an error instead if the server has
	// ended, or ends meanwhile, since its address may be another server's by then; and it ends what would wait for
	// ever. It may be nil.
	Guard func(ctx context.Context, run func() error) error
}

// Target is where an upgrade or downgrade ends. The zero value is the head.
type Target struct {
	// Revision is a revision's id. Steps is a number of revisions to go back. Nothing is the state before the first
	// revision. All means all heads.
	Revision string
	Steps    int
	Nothing  bool
	All      bool
}

// Head returns the target for an upgrade to the only head. A tool refuses it when there are several heads.
func Head() Target { return Target{} }

// Heads returns the target for an upgrade to all heads, however many there are.
func Heads() Target { return Target{All: true} }

// Nothing returns the target for a downgrade of all revisions.
func Nothing() Target { return Target{Nothing: true} }

// Parent returns the target n revisions back.
func Parent(n int) Target { return Target{Steps: n} }

// At returns the revision with this id as a target.
func At(id string) Target { return Target{Revision: id} }

// String returns the target in a form for messages.
func (t Target) String() string {
	switch {
	case t.Nothing:
		return "nothing"
	case t.All:
		return "heads"
	case t.Steps > 0:
		return fmt.Sprintf("%d back", t.Steps)
	case t.Revision != "":
		return t.Revision
	}
	return "head"
}

// Applied is the content of a database's version table.
type Applied struct {
	// Heads are the applied revisions; a database that was never migrated has none.
	Heads []string `json:"heads"`
	// Table and Schema name the version table; Schema is empty for the default schema.
	Table  string `json:"table"`
	Schema string `json:"schema"`
	// Dialect and DBAPI name the kind of database and the client library, such as "postgresql" and "psycopg2".
	Dialect string `json:"dialect"`
	DBAPI   string `json:"dbapi"`
	// Database is the name of the database that the project's URL selects; it is empty unless the dialect is
	// PostgreSQL.
	Database string `json:"database"`
}

// Run is the result of an upgrade or downgrade.
type Run struct {
	// Revisions are the revisions that completed, in order. If all share one transaction, it may have been rolled back.
	Revisions []string `json:"revisions"`
	// Statements are the statements that ran, in order; it is empty if the tool does not report them.
	Statements []Statement `json:"-"`
	// Heads are the rows of the version table afterwards, read on a new connection.
	Heads []string `json:"heads"`
	MS    float64  `json:"ms"`
}

// MoveOptions say what an Observer does in addition to the upgrade.
type MoveOptions struct {
	// Trace reads locks, table statistics and the write-ahead log around every statement.
	Trace bool
	// KeepBefore commits and ends the run, with an error, before the statement with this Seq. The database is then in
	// the state that the statement would have found. 0 runs to the end.
	KeepBefore int
	// Transactions sets Statement.Transaction.
	Transactions bool
	// FailAfter makes the run fail after the statement with this Seq; 0 means never. The failure's Exception is
	// Injected.
	FailAfter int
	// Meanwhile is what other sessions do while the run is between two transactions.
	Meanwhile Meanwhile
	// OnStatement is called with every statement once it has ended. It may be nil.
	OnStatement func(Statement)
}

// Meanwhile are statements of other sessions, which run once the statement with the Seq After has ended and before the
// next one begins. Each group is a transaction of its own, and is left out if the server refuses it. No After is 0.
type Meanwhile struct {
	After  int        `json:"after"`
	Groups [][]string `json:"groups"`
}

// Injected is the Exception of a failure caused by FailAfter.
const Injected = "Injected"

// Revise describes the revision that WriteRevision writes.
type Revise struct {
	Message string `json:"message"`
	// RevisionID is the revision's id; if it is empty, the tool chooses one.
	RevisionID string `json:"rev_id,omitempty"`
	// Parents are the revision's parents: nil means the history's head, an empty list makes a root.
	Parents []string `json:"parents"`
	// Directory is where to write, for projects with several revision directories; if it is empty, the tool chooses.
	Directory string `json:"version_path,omitempty"`
	// Exclude is the noise: operations and facets to leave out. What Subtract would leave is written.
	Exclude []Operation `json:"-"`
	// Renames are written in place of the matching drops and adds.
	Renames []Rename `json:"renames,omitempty"`
	// AppendUpgrade and AppendDowngrade are lines of unindented code to add at the end of the upgrade and the
	// downgrade.
	AppendUpgrade   []string `json:"append_upgrade,omitempty"`
	AppendDowngrade []string `json:"append_downgrade,omitempty"`
	// Empty writes a revision without operations, which needs no Autogenerate first.
	Empty bool `json:"empty,omitempty"`
}

// Written describes the revision that was written, and its file.
type Written struct {
	// Nothing reports that there was no operation to write, so that no file was written. The other fields are then
	// empty.
	Nothing  bool     `json:"nothing"`
	Revision string   `json:"revision"`
	Parents  []string `json:"parents"`
	Path     string   `json:"path"`
	Content  string   `json:"content"`
	// Operations are the operations in the file.
	Operations []Operation `json:"operations"`
	// PostWriteHooks are the names of the project's hooks, which were not run.
	PostWriteHooks []string `json:"post_write_hooks"`
}
