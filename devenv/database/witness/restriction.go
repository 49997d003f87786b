package witness

import (
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
)

// Kind tells what a move between two schemas requires of rows that were legal before it.
type Kind string

// The kinds of restrictions.
const (
	RestrictNotNull    Kind = "NOT NULL"
	RestrictUnique     Kind = "UNIQUE"
	RestrictForeignKey Kind = "FOREIGN KEY"
	RestrictCheck      Kind = "CHECK"
	RestrictType       Kind = "TYPE"
	RestrictLabel      Kind = "ENUM VALUE"
	RestrictExclude    Kind = "EXCLUDE"
	RestrictExpression Kind = "EXPRESSION"
	// RestrictValue means that the migration reads a column, which may have a certain value.
	RestrictValue Kind = "VALUE"
	// RestrictTwice means that a statement of the migration may expect one row where there are two.
	RestrictTwice Kind = "TWICE"
	// RestrictRow means that any row at all may break the migration: the table is empty in the data, and the
	// migration changes it.
	RestrictRow Kind = "ROW"
	// RestrictChild means that a statement divides what it reads from rows and from those that they reference, which
	// may be new, with a number of zero.
	RestrictChild Kind = "CHILD"
	// RestrictLoss means that a statement cuts or deletes what only rows that the data does not have would lose.
	RestrictLoss Kind = "LOSS"
)

// Restriction is one requirement of a move on the rows of a table that exists before and after it.
type Restriction struct {
	Kind Kind
	// Table is schema.table and Columns are the names, both before the move; Name is the constraint's or index's.
	Table   string
	Columns []string
	Name    string
	// What describes it for people: "users.name becomes NOT NULL".
	What string
	// Statement is the one that cuts or deletes, of a loss.
	Statement string

	before, after *catalog.Table
	columns       []int16
	// expression is a CHECK's, an index's or a generated column's, with the columns' names after the move.
	expression string
	index      *catalog.Index
	constraint *catalog.Constraint
	value      string    // the one that a column has, in SQL
	shown      string    // whether the rows of the data show that values of this kind occur, in SQL; empty if that is not asked
	computed   string    // the value as an aggregate of the rows, in SQL; empty if it is the same whatever they hold
	beside     []int16   // columns in which two rows of the same key differ
	kept       bool      // statements copy the column elsewhere
	almost     bool      // two keys differ before the move, and may be the same after it
	fresh      bool      // the value is a text that no row has
	parent     rowValues // those of a new parent, which constraint references
	inside     *place    // where a CHECK of a domain holds
}

// guesses reports whether the restriction may not exist: it comes from what a statement reads. A row that cannot be
// made for it says nothing.
func (r Restriction) guesses() bool {
	return r.Kind == RestrictValue || r.Kind == RestrictTwice || r.Kind == RestrictChild || r.Kind == RestrictLoss
}

// Faults reports whether a failure says that the migration is at fault. A text that no row has may be no number and no
// address; it is only one that code should know what to do with where it is looked up.
func (r Restriction) Faults(exception, message string) bool {
	return !r.fresh || exception == "KeyError" || exception == "LookupError" || exception == "ValueError" && strings.Contains(message, "is not a valid")
}

// Group names the restrictions that a failure of one says all about: other texts that the same cast rejects.
func (r Restriction) Group() string {
	if r.Kind != RestrictValue || r.value == null || r.fresh || r.before.Column(r.columns[0]).Kind == "e" {
		return r.What
	}
	return r.Table + " " + strings.Join(r.Columns, " ")
}

// Coarser reports whether it is an existing key that tells less apart, since a column of it gets another type.
func (r Restriction) Coarser() bool { return r.Kind == RestrictUnique && r.almost }

// tellsApart returns the column of a new key in which rows that are to break something else differ: a text if there is
// one, or else a number or an identifier; none if the rows differ already.
func (r Restriction) tellsApart() []int16 {
	if r.Kind != RestrictUnique || r.almost || slices.ContainsFunc(r.columns, r.before.Unique) {
		return nil
	}
	for _, fits := range []func(*catalog.Column) bool{
		(*catalog.Column).TakesText, func(c *catalog.Column) bool { return c.Category == "N" || c.Base == "uuid" },
	} {
		for _, n := range r.columns {
			c := r.before.Column(n)
			if c != nil && c.Generated == "" && !c.IsSerial() && r.before.ForeignKey(n) == nil && fits(c) {
				return []int16{n}
			}
		}
	}
	return nil
}

// oneSaysAll reports whether one witness says all that others could.
func (r Restriction) oneSaysAll() bool {
	return r.Kind == RestrictCheck || r.Kind == RestrictExpression || r.Kind == RestrictUnique && !r.index.JoinsNulls() && !r.almost
}

// Restrictions compares two shapes of one database and returns what the second requires that the first did not, in
// the order of the tables. A new table has none; a constraint that is not validated requires nothing of old rows.
func Restrictions(before, after *catalog.Shape) []Restriction {
	return derive(before, after, func(d *derivation) {
		d.columnChanges()
		d.keys()
		d.constraints()
		d.partitioning()
		if len(d.found) == 0 && !d.was.Rows && d.changed() {
			d.add(Restriction{Kind: RestrictRow, What: d.was.Quoted() + ", which has no rows in the data, gets one"})
		}
	})
}

// derive returns what find adds for each table that exists before and after the move.
func derive(before, after *catalog.Shape, find func(*derivation)) (found []Restriction) {
	for i := range before.Tables {
		was := &before.Tables[i]
		is := after.Table(was.OID)
		if is == nil || was.Partition {
			continue
		}
		d := derivation{before: before, after: after, was: was, is: is}
		find(&d)
		found = append(found, d.found...)
	}
	return found
}

// derivation collects the restrictions of one table.
type derivation struct {
	before, after *catalog.Shape
	was, is       *catalog.Table
	found         []Restriction
}

func (d *derivation) add(r Restriction) {
	r.Table, r.before, r.after = d.was.Label(), d.was, d.is
	if r.Columns == nil {
		r.Columns = d.was.Names(r.columns)
	}
	d.found = append(d.found, r)
}

// changed reports whether the move changed any of the table's columns.
func (d *derivation) changed() bool {
	return !slices.EqualFunc(d.was.Columns, d.is.Columns, func(a, b catalog.Column) bool {
		return a.Number == b.Number && a.Type == b.Type && a.NotNull == b.NotNull && a.Default == b.Default
	})
}

// columnChanges finds new NOT NULLs, changed types, generated columns, and what is inside columns.
func (d *derivation) columnChanges() {
	for i := range d.is.Columns {
		is := &d.is.Columns[i]
		was := d.was.Column(is.Number)
		if was == nil {
			d.newColumn(is)
			continue
		}
		name := d.was.Quoted() + "." + is.Name
		if is.NotNull && !was.NotNull {
			d.add(Restriction{Kind: RestrictNotNull, columns: []int16{is.Number}, What: name + " becomes NOT NULL"})
		}
		lost := d.valuesInside(was, is)
		if was.Type != is.Type && !lost && was.Value().Kind+is.Value().Kind != "ee" {
			d.add(Restriction{Kind: RestrictType, columns: []int16{is.Number}, What: name + " becomes " + is.Type})
		}
	}
}

// lostLabels returns the first few labels of an enum that its column can no longer hold.
func (d *derivation) lostLabels(was, is *catalog.Column) []string {
	const most = 3
	if was.Kind != "e" || is.Kind != "e" {
		return nil
	}
	var lost []string
	kept := d.after.Labels(is)
	for _, label := range d.before.Labels(was) {
		if !slices.Contains(kept, label) && len(lost) < most {
			lost = append(lost, label)
		}
	}
	return lost
}

// newColumn adds a restriction for a column that the migration must fill, or that is computed from others.
func (d *derivation) newColumn(is *catalog.Column) {
	name := d.was.Quoted() + "." + is.Name
	switch {
	case is.Generated != "":
		d.add(Restriction{
			Kind: RestrictExpression, columns: is.Uses, expression: is.Generated,
			What: name + " is generated from " + is.Generated,
		})
	case is.NotNull && !is.FillsItself():
		d.add(Restriction{Kind: RestrictNotNull, Columns: []string{is.Name}, What: name + " is new and NOT NULL"})
	}
}

// keys finds unique indexes, with or without a constraint, and indexes on expressions.
func (d *derivation) keys() {
	for i := range d.is.Indexes {
		x := &d.is.Indexes[i]
		known := d.was.Index(x.OID) != nil || d.had(x)
		coarser := x.Unique && known && d.retyped(x)
		if x.Exclusion || !x.Valid || known && !coarser {
			continue
		}
		switch {
		case x.Unique:
			what := "UNIQUE " + x.Name
			if x.Primary {
				what = "PRIMARY KEY " + x.Name
			}
			what += " on " + d.was.Quoted() + " (" + strings.Join(d.is.Names(x.Uses), ", ") + ")"
			if coarser {
				what += ", of another type now"
			}
			d.add(Restriction{Kind: RestrictUnique, columns: x.Uses, Name: x.Name, index: x, almost: coarser, What: what})
		case x.Expressions != "" || d.holdsLong(x):
			d.add(Restriction{
				Kind: RestrictExpression, columns: x.Uses, Name: x.Name, index: x, expression: x.Expressions,
				What: "index " + x.Name + " on " + d.was.Quoted(),
			})
		}
	}
}

// holdsLong reports whether an index on plain columns, whose rows could only be too large, matters: the seed decides,
// see longText.
func (d *derivation) holdsLong(x *catalog.Index) bool {
	return x.Method == "btree" && slices.ContainsFunc(x.Columns, func(n int16) bool {
		c := d.was.Column(n)
		return c != nil && c.TakesText() && c.Length == 0
	})
}

// retyped reports whether a column of an index gets another type or collation.
func (d *derivation) retyped(x *catalog.Index) bool {
	return slices.ContainsFunc(x.Uses, func(n int16) bool {
		was, is := d.was.Column(n), d.is.Column(n)
		return was != nil && is != nil && (was.Type != is.Type || was.Collation != is.Collation)
	})
}

// had reports whether the table had an index with the same definition under another name or OID.
func (d *derivation) had(x *catalog.Index) bool {
	return slices.ContainsFunc(d.was.Indexes, func(o catalog.Index) bool {
		return o.Valid && o.Unique == x.Unique && slices.Equal(o.Columns, x.Columns) && o.Expressions == x.Expressions &&
			o.Predicate == x.Predicate &&
			o.JoinsNulls() == x.JoinsNulls()
	})
}

// constraints finds foreign keys, CHECKs and exclusion constraints.
func (d *derivation) constraints() {
	kinds := map[string]Kind{"f": RestrictForeignKey, "c": RestrictCheck, "x": RestrictExclude}
	for i := range d.is.Constraints {
		k := &d.is.Constraints[i]
		kind, ok := kinds[k.Kind]
		old := d.was.Constraint(k.OID)
		if !ok || !k.Valid || (old != nil && old.Valid) || slices.ContainsFunc(d.was.Constraints, func(o catalog.Constraint) bool {
			return o.Valid && o.Definition == k.Definition
		}) {
			continue
		}
		d.add(Restriction{
			Kind: kind, columns: k.Columns, Name: k.Name, constraint: k, expression: k.Expression,
			What: k.Name + " on " + d.was.Quoted() + ": " + k.Definition,
		})
	}
}

func valueWord() *regexp.Regexp { return regexp.MustCompile(`\bVALUE\b`) }
