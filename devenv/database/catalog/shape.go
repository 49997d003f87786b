package catalog

import (
	"slices"
	"strings"

	"devenv/devenv/database/query"
)

// Shape is a schema as structure, where Catalog is text: the requirements on a row of each table. Everything is
// identified by its OID or number, so that two shapes of clones of one base can be compared despite renames.
type Shape struct {
	Tables []Table `json:"tables"`
	// Enums are the labels of each enum type, in order, by the type's OID.
	Enums map[string][]string `json:"enums"`
	// Version is the server's, such as 170002.
	Version int `json:"version"`
	// Views are the materialized ones, with the OIDs of the tables they read.
	Views []MaterialView `json:"views"`
	// Published are the OIDs of tables in a publication.
	Published []uint32 `json:"published"`
}

// Table is an ordinary or partitioned table. Partition means that it is a partition of another one.
type Table struct {
	OID         uint32       `json:"oid"`
	Schema      string       `json:"schema"`
	Name        string       `json:"name"`
	Partition   bool         `json:"partition"`
	Partitioned bool         `json:"partitioned"`
	Replica     string       `json:"replica"` // pg_class.relreplident
	Rows        bool         `json:"rows"`    // it has at least one row
	Columns     []Column     `json:"columns"`
	Constraints []Constraint `json:"constraints"`
	Indexes     []Index      `json:"indexes"`
	// Triggers are the names of the project's own enabled triggers on it.
	Triggers []string `json:"triggers"`
	// Parent is the table of which it is a partition, 0 if none; Bound is what it requires of rows as one, in SQL, and
	// Rest is set if it takes what no other partition does.
	Parent uint32 `json:"parent"`
	Bound  string `json:"bound"`
	Rest   bool   `json:"rest"`
}

// Column describes a column as an INSERT needs it.
type Column struct {
	Number int16  `json:"number"`
	Name   string `json:"name"`
	// Type is in SQL, with its length; Base is the plain name of the underlying type ("int4", "varchar"), domains
	// resolved.
	Type string `json:"type"`
	Base string `json:"base"`
	// BaseType is Base as SQL writes it: one of any length, while character is one of a single character.
	BaseType string `json:"base_type"`
	// Kind is pg_type.typtype and Category pg_type.typcategory of the base type.
	Kind     string `json:"kind"`
	Category string `json:"category"`
	TypeOID  uint32 `json:"type_oid"`
	BaseOID  uint32 `json:"base_oid"`
	// Length is for varchar and char, 0 for none; Precision and Scale are for numeric, Precision 0 for none.
	Length    int    `json:"length"`
	Precision int    `json:"precision"`
	Scale     int    `json:"scale"`
	NotNull   bool   `json:"not_null"`
	Default   string `json:"default"`
	// Identity is "a" for ALWAYS and "d" for BY DEFAULT; Generated is the expression of a generated column.
	Identity  string `json:"identity"`
	Generated string `json:"generated"`
	// Uses are the columns in the generated expression.
	Uses []int16 `json:"uses"`
	// Sequence is the one it owns, quoted; SequenceType is its type.
	Sequence     string `json:"sequence"`
	SequenceType string `json:"sequence_type"`
	// Collation is the collation of its values, quoted; empty if the type has none.
	Collation string `json:"collation"`
	// Element is what an array has elements of, and Fields are those of a composite type; both describe types only.
	Element *Column  `json:"element,omitempty"`
	Fields  []Column `json:"fields,omitempty"`
	// DomainChecks are the CHECK expressions of its domain and of those below it, on VALUE.
	DomainChecks []Constraint `json:"domain_checks"`
}

// Constraint is a constraint of a table, or of a domain. Kind is pg_constraint.contype: c, f, p, u, x.
type Constraint struct {
	OID        uint32  `json:"oid"`
	Name       string  `json:"name"`
	Kind       string  `json:"kind"`
	Columns    []int16 `json:"columns"`
	Definition string  `json:"definition"`
	Expression string  `json:"expression"`
	Valid      bool    `json:"valid"`
	// Parent and ParentColumns are a foreign key's target; OnDelete is pg_constraint.confdeltype.
	Parent        uint32  `json:"parent"`
	ParentColumns []int16 `json:"parent_columns"`
	OnDelete      string  `json:"on_delete"`
	// Index is the constraint's index.
	Index uint32 `json:"index"`
}

// Index is an index of a table. Columns are its keys, 0 for an expression; Uses are all columns in its keys,
// expressions and predicate.
type Index struct {
	OID         uint32  `json:"oid"`
	Name        string  `json:"name"`
	Unique      bool    `json:"unique"`
	Primary     bool    `json:"primary"`
	Valid       bool    `json:"valid"`
	Exclusion   bool    `json:"exclusion"`
	Method      string  `json:"method"`
	Columns     []int16 `json:"columns"`
	Uses        []int16 `json:"uses"`
	Expressions string  `json:"expressions"`
	Predicate   string  `json:"predicate"`
	Definition  string  `json:"definition"`
}

// JoinsNulls reports whether two NULLs count as the same value.
func (x *Index) JoinsNulls() bool { return strings.Contains(x.Definition, "NULLS NOT DISTINCT") }

// MaterialView is a materialized view.
type MaterialView struct {
	Name  string   `json:"name"`
	Reads []uint32 `json:"reads"`
}

// Table finds a table by its OID; nil if there is none.
func (s *Shape) Table(oid uint32) *Table {
	i := slices.IndexFunc(s.Tables, func(t Table) bool { return t.OID == oid })
	if i < 0 {
		return nil
	}
	return &s.Tables[i]
}

// Label returns the table's name for people: schema.table.
func (t *Table) Label() string { return t.Schema + "." + t.Name }

// Quoted returns the table's name in SQL, without the schema if it is public.
func (t *Table) Quoted() string { return query.Table(t.Schema, t.Name) }

// Column finds a column by its number; nil if there is none.
func (t *Table) Column(number int16) *Column {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Number == number })
	if i < 0 {
		return nil
	}
	return &t.Columns[i]
}

// Index finds an index by its OID; nil if there is none.
func (t *Table) Index(oid uint32) *Index {
	i := slices.IndexFunc(t.Indexes, func(x Index) bool { return x.OID == oid })
	if i < 0 {
		return nil
	}
	return &t.Indexes[i]
}

// Constraint finds a constraint by its OID; nil if there is none.
func (t *Table) Constraint(oid uint32) *Constraint {
	i := slices.IndexFunc(t.Constraints, func(c Constraint) bool { return c.OID == oid })
	if i < 0 {
		return nil
	}
	return &t.Constraints[i]
}

// Unique reports whether the column alone must be unique.
func (t *Table) Unique(number int16) bool {
	return slices.ContainsFunc(t.Indexes, func(x Index) bool { return x.Unique && len(x.Uses) == 1 && x.Uses[0] == number })
}

// ForeignKey returns a foreign key that includes the column; nil if there is none.
func (t *Table) ForeignKey(number int16) *Constraint {
	i := slices.IndexFunc(t.Constraints, func(k Constraint) bool { return k.Kind == "f" && slices.Contains(k.Columns, number) })
	if i < 0 {
		return nil
	}
	return &t.Constraints[i]
}

// KeyOf returns the columns of a unique index or an exclusion constraint by its name.
func (t *Table) KeyOf(name string) []int16 {
	for _, x := range t.Indexes {
		if x.Name == name {
			return x.Uses
		}
	}
	return nil
}

// Names returns the names of columns by their numbers, skipping missing ones.
func (t *Table) Names(numbers []int16) []string {
	var names []string
	for _, n := range numbers {
		if c := t.Column(n); c != nil {
			names = append(names, c.Name)
		}
	}
	return names
}

// FillsItself reports whether the column gets a value when an INSERT does not name it.
func (c *Column) FillsItself() bool { return c.Default != "" || c.Identity != "" || c.Generated != "" }

// IsSerial reports whether the value comes from a sequence.
func (c *Column) IsSerial() bool { return c.Identity != "" || strings.HasPrefix(c.Default, "nextval(") }

// TakesText reports whether the column accepts any text.
func (c *Column) TakesText() bool { return c.Category == "S" && c.Kind != "e" }

// Labels returns the labels of the column's enum type.
func (s *Shape) Labels(c *Column) []string { return s.Enums[oidKey(c.BaseOID)] }

// Value returns the type of the column's values: of its elements if it is an array.
func (c *Column) Value() *Column {
	if c.Element != nil {
		return c.Element
	}
	return c
}
