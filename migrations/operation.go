package migrations

import "strings"

// The kinds of operations.
const (
	CreateTable      = "create_table"
	DropTable        = "drop_table"
	AddColumn        = "add_column"
	DropColumn       = "drop_column"
	AlterColumn      = "alter_column"
	CreateIndex      = "create_index"
	DropIndex        = "drop_index"
	CreateConstraint = "create_constraint"
	DropConstraint   = "drop_constraint"
	TableComment     = "table_comment"
	// AddEnumValue is a value that an enum type of the database lacks, DropEnumValue one that the models lack. The second is
	// only ever reported: it may be half of a rename, and Postgres cannot drop a value.
	AddEnumValue  = "add_enum_value"
	DropEnumValue = "drop_enum_value"
	Execute       = "execute"
	Other         = "other"
)

// Operation is one difference between a database and the models, as autogenerate would mend it: one entry for each
// object and facet.
type Operation struct {
	// Kind is one of the kinds above.
	Kind string `json:"kind"`
	// Object names what is changed: "table:schema.t", "column:schema.t.c", "index:schema.name",
	// "constraint:schema.t.name", "type:schema.name". The schema is always there.
	Object string `json:"object"`
	// Facet is the property that alter_column changes: type, nullable, server_default, comment, name, autoincrement,
	// other; for an enum type it is the value. It is empty for every other kind.
	Facet string `json:"facet,omitempty"`
	// Definition is what the object or the facet becomes (for a drop: what it was), in one spelling; two operations with
	// the same kind, object, facet and definition are the same difference.
	Definition string `json:"definition,omitempty"`
	// Rendered is the Python text, one line for a facet of several.
	Rendered string `json:"rendered,omitempty"`
	Schema   string `json:"schema,omitempty"`
	Table    string `json:"table,omitempty"`
	// Name is the column's, index's or constraint's name.
	Name string `json:"name,omitempty"`
	// Type is the column's type in SQL, for add_column and drop_column.
	Type string `json:"type,omitempty"`
	// Columns are the table's, for create_table and drop_table.
	Columns []Column `json:"columns,omitempty"`
}

// Column is a column of a table that is created or dropped.
type Column struct {
	Name string `json:"name"`
	// Type is in SQL.
	Type     string `json:"type"`
	Nullable bool   `json:"nullable,omitempty"`
}

// String returns kind, object and facet, such as "alter_column column:public.users.name nullable".
func (o Operation) String() string {
	return strings.TrimSpace(o.Kind + " " + o.Object + " " + o.Facet)
}
