package witness

import (
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
)

// childOf returns the values of a row that references a new one: one in each column, zero in the divisor's.
func childOf(r Restriction) rowValues {
	values := rowValues{}
	for _, n := range r.columns {
		values[n] = r.value
	}
	return values
}

// children restricts a statement that divides what it reads from rows and from those that they reference to cope with a
// new one that a single row references, and with zero on either side: a sum over the rows there are hides it.
func (r *reading) children(s sqlText, tables []*catalog.Table) {
	if !s.calculates() {
		return
	}
	for _, child := range tables {
		for i := range child.Constraints {
			k := &child.Constraints[i]
			parent := r.before.Table(k.Parent)
			if k.Kind != "f" || parent == nil || parent == child || !slices.Contains(tables, parent) {
				continue
			}
			theirs, own := numbersRead(s, parent), numbersRead(s, child)
			if len(theirs) > 0 {
				r.child(child, k, parent, theirs, own, "0", "1")
			}
			if len(own) > 0 {
				r.child(child, k, parent, theirs, own, "1", "0")
			}
		}
	}
}

// child restricts a table to have a row with a number in some columns, which references a new one with another number.
func (r *reading) child(t *catalog.Table, k *catalog.Constraint, parent *catalog.Table, theirs, own []int16, above, below string) {
	values := rowValues{}
	for _, n := range theirs {
		values[n] = above
	}
	zero, where := theirs, parent
	if below == "0" {
		zero, where = own, t
	}
	if len(own) == 0 {
		own = k.Columns[:1] // which reference the new row anyway
	}
	r.add(t, Restriction{
		Kind: RestrictChild, columns: own, value: below, constraint: k, parent: values,
		What: "a new row of " + parent.Quoted() + " can have one row of " + t.Quoted() + ", with zero in " + where.Quoted() + "." +
			strings.Join(where.Names(zero), ", ") + ", and the migration divides",
	})
}

// numbersRead returns the numeric columns of a table that a statement reads, without keys.
func numbersRead(s sqlText, t *catalog.Table) (numbers []int16) {
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Category == "N" && c.Generated == "" && !c.IsSerial() && s.reads(c.Name) && t.ForeignKey(c.Number) == nil && !t.Unique(c.Number) {
			numbers = append(numbers, c.Number)
		}
	}
	return numbers
}

// subtracted restricts a number from which the statement subtracts a constant to be that constant: it may divide by the
// difference.
func (r *reading) subtracted(s sqlText, t *catalog.Table, c *catalog.Column) {
	for _, constant := range s.subtractedFrom(c.Name) {
		r.value(t, c, constant)
	}
}
