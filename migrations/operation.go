package migrations

import (
	"slices"
	"strings"
)

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
	// AddEnumValue is for a value missing from an enum type in the database, DropEnumValue for one missing from the
	// models. The latter is only reported: it may be half of a rename, and Postgres cannot drop a value.
	AddEnumValue  = "add_enum_value"
	DropEnumValue = "drop_enum_value"
	Execute       = "execute"
	Other         = "other"
)

// Operation is one difference between a database and the models, expressed as the change that autogenerate would make.
// Each object and facet has its own entry.
type Operation struct {
	// Kind is one of the kinds above.
	Kind string `json:"kind"`
	// Object names what is changed: "table:schema.t", "column:schema.t.c", "index:schema.name",
	// "constraint:schema.t.name" or "type:schema.name". The schema is always included.
	Object string `json:"object"`
	// Facet is the property that alter_column changes: type, nullable, server_default, comment, name, autoincrement or
	// other. For an enum type it is the value. Other kinds leave it empty.
	Facet string `json:"facet,omitempty"`
	// Definition is what the object or facet becomes (for a drop: what it was), in normalized form. Two operations with
	// the same kind, object, facet and definition are the same difference.
	Definition string `json:"definition,omitempty"`
	// Rendered is the Python code; when the change has several facets, only this one's.
	Rendered string `json:"rendered,omitempty"`
	Schema   string `json:"schema,omitempty"`
	Table    string `json:"table,omitempty"`
	// Name is the column's, index's or constraint's name.
	Name string `json:"name,omitempty"`
	// Type is the column's type in SQL, for add_column and drop_column.
	Type string `json:"type,omitempty"`
	// Columns are the table's columns, for create_table and drop_table.
	Columns []Column `json:"columns,omitempty"`
}

// Line returns the operation in one line: "add column public.items.notes (TEXT)".
func (o Operation) Line() string {
	words := strings.ReplaceAll(o.Kind, "_", " ")
	_, name, named := strings.Cut(o.Object, ":")
	switch {
	case o.Kind == Execute, o.Kind == Other, !named:
		line, _, more := strings.Cut(strings.TrimSpace(o.Rendered), "\n")
		if more {
			line += " …"
		}
		return line
	case o.Kind == AddEnumValue, o.Kind == DropEnumValue:
		return words + " " + o.Facet + " of " + name
	case o.Facet != "":
		return words + " " + name + ": " + o.Facet
	case o.Type != "":
		return words + " " + name + " (" + o.Type + ")"
	case o.Name == "" && o.Definition != "" && (o.Kind == CreateConstraint || o.Kind == CreateIndex):
		return words + " of " + o.Schema + "." + o.Table + ": " + o.definition()
	}
	return words + " " + name
}

// definition is what a nameless constraint or index demands, without the command around it: "UNIQUE (name)".
func (o Operation) definition() string {
	for _, start := range []string{" ADD ", " ON "} {
		if _, rest, found := strings.Cut(o.Definition, start); found {
			return rest
		}
	}
	return o.Definition
}

// Column is a column of a table that is created or dropped.
type Column struct {
	Name string `json:"name"`
	// Type is the SQL type.
	Type     string `json:"type"`
	Nullable bool   `json:"nullable,omitempty"`
}

// String returns the kind, object and facet, such as "alter_column column:public.users.name nullable".
func (o Operation) String() string {
	return strings.TrimSpace(o.Kind + " " + o.Object + " " + o.Facet)
}

// Creates reports whether the models have something that the database lacks.
func (o Operation) Creates() bool {
	return slices.Contains([]string{CreateTable, AddColumn, CreateIndex, CreateConstraint, AddEnumValue}, o.Kind)
}
