package migrations

// Snippets writes the code in hints in the tool's own syntax. It works without a running tool. For tools that do not
// have it, SQL writes the same as statements.
type Snippets interface {
	// Code returns the code that makes a change.
	Code(p Proposal) string
	// Alone returns the code wrapped so that it commits outside the revision's transaction. For empty code it returns
	// only the line that begins such a block.
	Alone(code string) string
	// Header returns what to write in a file to give it the revision's id or, when r.ID is empty, its parents.
	Header(file string, r Revision) string
	// Mend returns what to do about a failure outside the database, or "" if the tool does not know.
	Mend(f *Failure) string
	// Words returns the tool's terms.
	Words() Words
}

// Proposal is a change that a hint suggests. SQL always makes the change; the other fields are for tools that express
// it in their own syntax. Names are unquoted and have no schema.
type Proposal struct {
	SQL  string
	Kind ProposalKind
	// Schema and Table name the table, Name its column, index or constraint.
	Schema, Table, Name string
	// Type is a column's SQL type, empty when unknown.
	Type string
	// Value is the new name or default, or an expression.
	Value string
	// Columns are an index's columns.
	Columns []string
	// Comment follows the code on the same line.
	Comment string
}

// ProposalKind is the kind of change that a proposal makes.
type ProposalKind string

// The kinds of proposals.
const (
	// ProposeStatement has only SQL.
	ProposeStatement ProposalKind = ""
	// ProposeColumn adds a nullable column.
	ProposeColumn ProposalKind = "column"
	// ProposeNotNull makes a column NOT NULL.
	ProposeNotNull ProposalKind = "not_null"
	// ProposeType changes a column's type; Value is the conversion expression, if any.
	ProposeType ProposalKind = "type"
	// ProposeDefault changes a column's default to Value, or removes it when Value is empty.
	ProposeDefault ProposalKind = "default"
	// ProposeColumnName and ProposeTableName rename a column or table to Value.
	ProposeColumnName ProposalKind = "column_name"
	ProposeTableName  ProposalKind = "table_name"
	// ProposeNoConstraint drops a constraint.
	ProposeNoConstraint ProposalKind = "no_constraint"
	// ProposeIndex creates an index on Columns, or on the expression Value.
	ProposeIndex ProposalKind = "index"
)

// Words are a tool's terms, for use in hints. A term is empty when the tool has nothing of the kind.
type Words struct {
	// Tool is the tool's name, Comment what starts a comment in a revision.
	Tool, Comment string
	// LongestID is the longest allowed revision id, in characters; 0 means no limit.
	LongestID int
	// Upgrade and Downgrade are a revision's two parts, Block a part that is committed separately.
	Upgrade, Downgrade, Block string
	// Record records in a database that the revision named after it is applied, without running it.
	Record string
	// Join merges several heads, Compare compares the models with a database, and Script writes the SQL instead of
	// running it.
	Join, Compare, Script string
	// Default is a column's default, IfAbsent how to create something that may already exist, and Repeatable code that
	// can run twice.
	Default, IfAbsent, Repeatable string
	// Commit says what to do when the tool does not commit, CommitEach how to run each revision in its own transaction,
	// and Describe how to describe tables in a revision without the application's models.
	Commit, CommitEach, Describe string
}
