package migrations

import (
	"context"
	"fmt"
)

// Tool is a migration tool on the revisions of one project. What the tool itself answers with an error is a *Failure; every other
// error means that it could not be talked to. Calls run one after another.
type Tool interface {
	// History reads the revisions. It needs no database; a broken file is a problem, not an error.
	History(ctx context.Context) (History, error)
	// Applied reads which revisions a database is at.
	Applied(ctx context.Context, db Database) (Applied, error)
	// Upgrade and Downgrade run revisions up or back to a target. When one fails, the run still holds what happened before.
	Upgrade(ctx context.Context, db Database, to Target) (Run, error)
	Downgrade(ctx context.Context, db Database, to Target) (Run, error)
	// Close ends the tool.
	Close(ctx context.Context) error
}

// What some tools can do besides: found by asserting that a Tool has it.
type (
	// Generator makes revisions from the project's models.
	Generator interface {
		// Autogenerate compares the models with a database. The tool remembers the result for WriteRevision.
		Autogenerate(ctx context.Context, db Database) ([]Operation, error)
		// WriteRevision writes the last Autogenerate's result as a revision's file.
		WriteRevision(ctx context.Context, r Revise) (Written, error)
	}
	// Modeler creates the models' schema on a database that has none of it.
	Modeler interface {
		CreateAll(ctx context.Context, db Database) error
	}
	// VersionSetter makes a database's version table say that exactly these revisions are applied, without running any.
	VersionSetter interface {
		SetVersion(ctx context.Context, db Database, heads ...string) error
	}
	// Observer sees the statements and transactions of an upgrade as they run, and ends it between two of them.
	Observer interface {
		UpgradeWith(ctx context.Context, db Database, to Target, o MoveOptions) (Run, error)
	}
	// Located knows the directories of its revisions, in the tool's file system, and what it is, with versions.
	Located interface {
		Directories() []string
		About() string
	}
)

// Database is the server that a command talks to. The project's own URL stays as it is: host names in it that mean the database are
// made to lead to Address.
type Database struct {
	// Address is an IP address; empty leaves every name as it is.
	Address string
	// Hosts are the names in the project's URLs that mean the database.
	Hosts []string
}

// Target is where an upgrade or downgrade leads. Its zero value is the head.
type Target struct {
	// Revision is one revision's id; Steps that many revisions back; Nothing the database before the first revision; All every head.
	Revision string
	Steps    int
	Nothing  bool
	All      bool
}

// Head returns the target of an upgrade to the newest revision. A tool refuses it where there are several.
func Head() Target { return Target{} }

// Heads returns the target of an upgrade to the newest revisions, however many there are.
func Heads() Target { return Target{All: true} }

// Nothing returns the target of a downgrade of everything.
func Nothing() Target { return Target{Nothing: true} }

// Parent returns the target n revisions back.
func Parent(n int) Target { return Target{Steps: n} }

// At returns the target of one revision.
func At(id string) Target { return Target{Revision: id} }

// String is the target for people.
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

// Applied is what a database's version table holds.
type Applied struct {
	// Heads are the revisions; none on a database that was never migrated.
	Heads []string `json:"heads"`
	// Table and Schema are the version table's; Schema is empty for the default schema.
	Table  string `json:"table"`
	Schema string `json:"schema"`
	// Dialect and DBAPI name the database's kind and the client library, such as "postgresql" and "psycopg2".
	Dialect string `json:"dialect"`
	DBAPI   string `json:"dbapi"`
	// Database is the one that the project's URL leads to; empty for another dialect than PostgreSQL.
	Database string `json:"database"`
}

// Run is how an upgrade or downgrade went.
type Run struct {
	// Revisions are those that ran to their end, in order; with one transaction for all they may have been rolled back.
	Revisions []string `json:"revisions"`
	// Statements are those that ran, in order; none of a tool that does not tell them.
	Statements []Statement `json:"-"`
	// Heads are the version table's rows afterwards, read on a new connection.
	Heads []string `json:"heads"`
	MS    float64  `json:"ms"`
}

// MoveOptions say what an observer does besides the upgrade itself.
type MoveOptions struct {
	// Trace reads locks, table statistics and the write-ahead log around every statement.
	Trace bool
	// KeepBefore ends the run before the statement with this Seq, with everything before it committed, as an error: the database is
	// then as that statement found it. 0 runs to the end.
	KeepBefore int
	// Transactions names each statement's transaction.
	Transactions bool
	// FailAfter breaks off after that statement, by Statement.Seq; 0 is never. The failure's Exception is Injected.
	FailAfter int
	// OnStatement gets every statement when it has ended. It may be nil.
	OnStatement func(Statement)
}

// Injected is the Exception of a failure that was asked for with FailAfter.
const Injected = "Injected"

// Revise says what a generated revision is to be, before it is written.
type Revise struct {
	Message string `json:"message"`
	// RevisionID is chosen by the tool when it is empty.
	RevisionID string `json:"rev_id,omitempty"`
	// Parents are the revision's parents; nil means the history's head, an empty list a root.
	Parents []string `json:"parents"`
	// Directory is the directory of revisions to write to, for projects with several; empty leaves the choice to the tool.
	Directory string `json:"version_path,omitempty"`
	// Exclude are the operations and facets left out: the noise. What Subtract would leave stays in.
	Exclude []Operation `json:"-"`
	// Renames replace their drop and add.
	Renames []Rename `json:"renames,omitempty"`
	// AppendUpgrade and AppendDowngrade are lines of code, without indentation, that end the upgrade and the downgrade.
	AppendUpgrade   []string `json:"append_upgrade,omitempty"`
	AppendDowngrade []string `json:"append_downgrade,omitempty"`
	// Empty writes a revision that does nothing; no Autogenerate is needed before.
	Empty bool `json:"empty,omitempty"`
}

// Written is the file a revision was written to.
type Written struct {
	// Nothing says that no operation was left: no file was written and the other fields are empty.
	Nothing  bool     `json:"nothing"`
	Revision string   `json:"revision"`
	Parents  []string `json:"parents"`
	Path     string   `json:"path"`
	Content  string   `json:"content"`
	// Operations are those in the file.
	Operations []Operation `json:"operations"`
	// PostWriteHooks are the project's hooks, which were not run.
	PostWriteHooks []string `json:"post_write_hooks"`
}
