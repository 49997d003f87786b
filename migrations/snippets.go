package migrations

// Snippets writes the code of hints as the tool's revisions hold it. It is an ability of some tools that needs no running one; for
// those without it SQL says the same.
type Snippets interface {
	// Code returns the code of a change.
	Code(p Proposal) string
	// Alone returns code that commits by itself, outside the revision's transaction; without code, how it begins.
	Alone(code string) string
	// Header returns how a file gets the id of a revision or, where that is empty, its parents.
	Header(file string, r Revision) string
	// Mend returns what to do about a failure that is not the database's, empty where the tool does not know.
	Mend(f *Failure) string
	// Words returns what the tool calls things.
	Words() Words
}

// Proposal is a change that a hint proposes. SQL makes it, whatever its kind; the other fields are for tools that say it in terms of
// their own. Names are without quotes and schema.
type Proposal struct {
	SQL  string
	Kind ProposalKind
	// Schema and Table name the table, Name its column, index or constraint.
	Schema, Table, Name string
	// Type is a column's type in SQL, empty where it is not known.
	Type string
	// Value is the new name or default, or an expression.
	Value string
	// Columns are an index's.
	Columns []string
	// Comment stands behind the code.
	Comment string
}

// ProposalKind says what a proposal changes.
type ProposalKind string

// The kinds of proposals.
const (
	// ProposeStatement is known by its SQL alone.
	ProposeStatement ProposalKind = ""
	// ProposeColumn adds a column that takes NULL.
	ProposeColumn ProposalKind = "column"
	// ProposeNotNull makes a column NOT NULL.
	ProposeNotNull ProposalKind = "not_null"
	// ProposeType changes a column's type; Value is the expression that converts, if any.
	ProposeType ProposalKind = "type"
	// ProposeDefault changes a column's default to Value, or takes it away.
	ProposeDefault ProposalKind = "default"
	// ProposeColumnName and ProposeTableName rename to Value.
	ProposeColumnName ProposalKind = "column_name"
	ProposeTableName  ProposalKind = "table_name"
	// ProposeNoConstraint drops a constraint.
	ProposeNoConstraint ProposalKind = "no_constraint"
	// ProposeIndex creates an index of Columns, or of the expression Value.
	ProposeIndex ProposalKind = "index"
)

// Words is what a tool calls things, for hints. Where a tool has no such thing the word is empty.
type Words struct {
	// Tool is the tool's name, Comment the sign before a comment in a revision.
	Tool, Comment string
	// LongestID is how many characters a revision id may have; 0 is any number.
	LongestID int
	// Upgrade and Downgrade are a revision's two parts, Block a part that commits by itself.
	Upgrade, Downgrade, Block string
	// Join is what joins several heads, Compare what compares models and database, Script what writes SQL instead of running it.
	Join, Compare, Script string
	// Default is a column's default, IfAbsent how something is created that may exist, Repeatable code that can run twice.
	Default, IfAbsent, Repeatable string
	// Commit is what to do where the tool does not commit, CommitEach how each revision gets a transaction of its own, and Describe how
	// a revision names tables without the application's models.
	Commit, CommitEach, Describe string
}
