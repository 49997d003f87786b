package migrations

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// RenameKind is the kind of object that a rename applies to.
type RenameKind string

// The kinds of renames.
const (
	RenameColumn RenameKind = "column"
	RenameTable  RenameKind = "table"
	// MoveTable moves a table to another schema and keeps its name.
	MoveTable RenameKind = "schema"
)

// Rename is a drop and an add that look like a rename or were confirmed to be one.
type Rename struct {
	Kind   RenameKind `json:"kind"`
	Schema string     `json:"schema"`
	// Table is the column's table; for a table it equals From.
	Table string `json:"table"`
	// From and To are names without table or schema; when a table moves, To is its new schema.
	From string `json:"from"`
	To   string `json:"to"`
	// Uncertain reports that another rename with the same From or To is equally likely.
	Uncertain bool `json:"-"`
	// Revision and Line are where the branch drops what may be renamed; empty if that is not known.
	Revision string `json:"-"`
	Line     int    `json:"-"`
	// Types are the types of the table's columns that move to another schema with it.
	Types []MovedType `json:"-"`
}

// MovedType is a type, such as an enum, that moves from one schema to another.
type MovedType struct{ Name, From, To string }

// String returns "public.users.legacy to note" for a column, "public.a to b" for a table, and "public.a to crm.a" for a
// table that moves to another schema.
func (r Rename) String() string {
	switch r.Kind {
	case RenameTable:
		return r.Schema + "." + r.From + " to " + r.To
	case MoveTable:
		return r.Schema + "." + r.From + " to " + r.To + "." + r.From
	}
	return r.Schema + "." + r.Table + "." + r.From + " to " + r.To
}

// OfTable reports whether a table, not a column, is renamed or moved.
func (r Rename) OfTable() bool { return r.Kind != RenameColumn }

// Back returns the rename that undoes this one.
func (r Rename) Back() Rename {
	switch r.Kind {
	case MoveTable:
		r.Schema, r.To = r.To, r.Schema
	case RenameTable:
		r.Table, r.From, r.To = r.To, r.To, r.From
	default:
		r.From, r.To = r.To, r.From
	}
	return r
}

// Excludes reports whether the two renames conflict: they rename the same thing, or two things to the same name.
func (r Rename) Excludes(other Rename) bool {
	return r.Kind == other.Kind && r.Schema == other.Schema && (r.Kind == RenameTable || r.Table == other.Table) &&
		(r.From == other.From || r.To == other.To)
}

// LikelyRenames returns the drops and adds that look like renames: a column of the same or a wider type in the same
// table; a table with mostly the same columns, in the same schema or under the same name in another one. When several
// candidates are equally good, it returns all of them, marked as uncertain.
func LikelyRenames(ops []Operation) []Rename {
	columns := pair(ops, DropColumn, AddColumn, columnLikeness)
	tables := pair(ops, DropTable, CreateTable, tableLikeness)
	rest := slices.DeleteFunc(slices.Clone(ops), func(o Operation) bool {
		return slices.ContainsFunc(tables, func(r Rename) bool {
			return o.Schema == r.Schema && (o.Kind == DropTable && o.Table == r.From || o.Kind == CreateTable && o.Table == r.To)
		})
	})
	return slices.Concat(columns, tables, pair(rest, DropTable, CreateTable, moveLikeness))
}

// leastTableLikeness is the share of columns that two tables must have in common to count as one renamed table.
const leastTableLikeness = 0.6

// pair matches each dropped object with the added one that resembles it most, if each is the other's single best match.
// Matched objects are removed from the candidates, which may give others a single best match too. Dropped objects that
// remain at the end are paired with each of their best matches.
func pair(ops []Operation, dropKind, addKind string, likeness func(drop, add Operation) float64) []Rename {
	drops, adds := ofKind(ops, dropKind), ofKind(ops, addKind)
	var renames []Rename
	for again := true; again; {
		again = false
		for _, drop := range drops {
			add, ok := singleBest(adds, func(a Operation) float64 { return likeness(drop, a) })
			if !ok {
				continue
			}
			back, ok := singleBest(drops, func(d Operation) float64 { return likeness(d, add) })
			if !ok || back.Object != drop.Object {
				continue
			}
			renames = append(renames, renameOf(drop, add))
			drops, adds, again = without(drops, drop), without(adds, add), true
			break
		}
	}
	for _, drop := range drops {
		for _, add := range bestMatches(adds, func(a Operation) float64 { return likeness(drop, a) }) {
			rename := renameOf(drop, add)
			rename.Uncertain = true
			renames = append(renames, rename)
		}
	}
	return renames
}

// without returns a copy of the operations without one of them.
func without(ops []Operation, one Operation) []Operation {
	return slices.DeleteFunc(slices.Clone(ops), func(o Operation) bool { return o.Object == one.Object })
}

func renameOf(drop, add Operation) Rename {
	if drop.Kind == DropTable && drop.Schema != add.Schema {
		return Rename{
			Kind: MoveTable, Schema: drop.Schema, Table: drop.Table, From: drop.Table, To: add.Schema, Types: movedTypes(drop, add),
		}
	}
	if drop.Kind == DropTable {
		return Rename{Kind: RenameTable, Schema: drop.Schema, Table: drop.Table, From: drop.Table, To: add.Table}
	}
	return Rename{Kind: RenameColumn, Schema: drop.Schema, Table: drop.Table, From: drop.Name, To: add.Name}
}

// singleBest returns the operation with the highest likeness. It returns false when there is none or a tie.
func singleBest(ops []Operation, likeness func(Operation) float64) (Operation, bool) {
	if found := bestMatches(ops, likeness); len(found) == 1 {
		return found[0], true
	}
	return Operation{}, false
}

// bestMatches returns the operations that share the highest likeness, or nil when no likeness is above 0.
func bestMatches(ops []Operation, likeness func(Operation) float64) []Operation {
	var found []Operation
	highest := 0.0
	for _, o := range ops {
		switch value := likeness(o); {
		case value > highest:
			found, highest = []Operation{o}, value
		case value == highest && value > 0:
			found = append(found, o)
		}
	}
	return found
}

func ofKind(ops []Operation, kind string) []Operation {
	var found []Operation
	for _, o := range ops {
		if o.Kind == kind {
			found = append(found, o)
		}
	}
	return found
}

// columnLikeness returns 0 if one column cannot be the other, renamed. Equal types and similar names raise the result.
func columnLikeness(drop, add Operation) float64 {
	if drop.Schema != add.Schema || drop.Table != add.Table || !holds(add.Type, drop.Type) {
		return 0
	}
	likeness := 0.1 + nameLikeness(drop.Name, add.Name)
	if strings.EqualFold(drop.Type, add.Type) {
		likeness++
	}
	return likeness
}

// tableLikeness returns the likeness of two tables in the same schema, otherwise 0.
func tableLikeness(drop, add Operation) float64 {
	if drop.Schema != add.Schema {
		return 0
	}
	return columnsLikeness(drop, add)
}

// moveLikeness returns the likeness of two tables with the same name in different schemas, otherwise 0.
func moveLikeness(drop, add Operation) float64 {
	if drop.Schema == add.Schema || drop.Table != add.Table {
		return 0
	}
	return columnsLikeness(drop, unmoved(drop, add))
}

// movedTypes returns the types that columns of the same name have in different schemas.
func movedTypes(drop, add Operation) (moved []MovedType) {
	for _, was := range drop.Columns {
		for _, is := range add.Columns {
			if t, ok := movedType(was.Type, is.Type); ok && was.Name == is.Name && !slices.Contains(moved, t) {
				moved = append(moved, t)
			}
		}
	}
	return moved
}

// unmoved returns a new table with its columns' types where the old table's columns of these names have them.
func unmoved(drop, add Operation) Operation {
	add.Columns = slices.Clone(add.Columns)
	for i, is := range add.Columns {
		for _, was := range drop.Columns {
			if _, ok := movedType(was.Type, is.Type); ok && was.Name == is.Name {
				add.Columns[i].Type = was.Type
			}
		}
	}
	return add
}

// movedType reports whether two types have the same name in different schemas: "kind" and "billing.kind".
func movedType(was, is string) (MovedType, bool) {
	qualified := regexp.MustCompile(`^(?:"?([^".]+)"?\.)?"?([^".\[(]+)"?((?:\[\])*)$`)
	from, to := qualified.FindStringSubmatch(was), qualified.FindStringSubmatch(is)
	if from == nil || to == nil || from[2] != to[2] || from[3] != to[3] || from[1] == to[1] {
		return MovedType{}, false
	}
	return MovedType{from[2], cmp.Or(from[1], "public"), cmp.Or(to[1], "public")}, true
}

// columnsLikeness returns 0 for tables with few columns in common. More of them, and similar names, raise the result.
func columnsLikeness(drop, add Operation) float64 {
	if len(drop.Columns) == 0 {
		return 0
	}
	same := 0
	for _, c := range drop.Columns {
		if slices.ContainsFunc(add.Columns, func(o Column) bool { return o.Name == c.Name && holds(o.Type, c.Type) }) {
			same++
		}
	}
	share := float64(same) / float64(max(len(drop.Columns), len(add.Columns)))
	if share < leastTableLikeness {
		return 0
	}
	return share + nameLikeness(drop.Table, add.Table)/100
}

// nameLikeness returns the share of letter pairs that two names have in common, from 0 to 1.
func nameLikeness(a, b string) float64 {
	pairs := func(name string) map[string]bool {
		found := map[string]bool{}
		name = "^" + strings.ToLower(name) + "$"
		for i := range len(name) - 1 {
			found[name[i:i+2]] = true
		}
		return found
	}
	one, other := pairs(a), pairs(b)
	common := 0
	for p := range one {
		if other[p] {
			common++
		}
	}
	return 2 * float64(common) / float64(len(one)+len(other))
}

// holds reports whether every value of the narrow SQL type fits the wide one: the types are equal, or wide is a wider
// type of the same family.
func holds(wide, narrow string) bool {
	wide, narrow = shortType(wide), shortType(narrow)
	if wide == narrow {
		return true
	}
	integers := []string{"SMALLINT", "INTEGER", "BIGINT"}
	if i := slices.Index(integers, narrow); i >= 0 {
		return slices.Index(integers, wide) > i
	}
	sized := regexp.MustCompile(`^(VARCHAR|CHAR)(?:\((\d+)\))?$`)
	from := sized.FindStringSubmatch(narrow)
	if from == nil {
		return false
	}
	if wide == "TEXT" || wide == "VARCHAR" {
		return true
	}
	to := sized.FindStringSubmatch(wide)
	return to != nil && from[2] != "" && (len(to[2]) > len(from[2]) || len(to[2]) == len(from[2]) && to[2] >= from[2])
}

// float matches the names of the eight-byte float: SQLAlchemy's for a model's Float, and Postgres's.
var float = regexp.MustCompile(`^(FLOAT|DOUBLE|DOUBLE PRECISION)(\((2[5-9]|[345]\d)\))?$`)

// shortType returns a type in capitals, under the name that SQLAlchemy writes when Postgres has a longer one.
func shortType(name string) string {
	name = strings.ToUpper(name)
	if float.MatchString(name) {
		return "FLOAT"
	}
	for long, short := range map[string]string{"CHARACTER VARYING": "VARCHAR", "CHARACTER": "CHAR"} {
		if rest, ok := strings.CutPrefix(name, long); ok && (rest == "" || rest[0] == '(') {
			return short + rest
		}
	}
	return name
}
