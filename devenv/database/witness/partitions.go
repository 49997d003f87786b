package witness

import (
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// partitioning finds what becoming a partition, and new partitions beside one that takes the rest, require of rows.
func (d *derivation) partitioning() {
	if d.is.Partition && !d.was.Partition && d.is.Bound != "" {
		d.add(Restriction{
			Kind: RestrictCheck, columns: namedColumns(d.is, d.is.Bound), expression: d.is.Bound,
			What: d.was.Quoted() + " becomes a partition for " + d.is.Bound,
		})
	}
	rest := func(t catalog.Table) bool { return t.Parent == d.was.OID && t.Rest }
	if !d.was.Partitioned || !slices.ContainsFunc(d.before.Tables, rest) {
		return
	}
	for i := range d.after.Tables {
		p := &d.after.Tables[i]
		was := d.before.Table(p.OID)
		if p.Parent != d.was.OID || p.Rest || p.Bound == "" || was != nil && was.Parent == p.Parent {
			continue
		}
		d.add(Restriction{
			Kind: RestrictCheck, columns: namedColumns(d.is, p.Bound), expression: "NOT (" + p.Bound + ")", Name: p.Name,
			What: p.Quoted() + " takes rows that are in the default partition of " + d.was.Quoted(),
		})
	}
}

// namedColumns returns the columns of a table that an expression names.
func namedColumns(t *catalog.Table, expression string) (numbers []int16) {
	for _, c := range t.Columns {
		if mentions(expression, query.Identifier(c.Name)) || strings.Contains(expression, query.Quote(c.Name)) {
			numbers = append(numbers, c.Number)
		}
	}
	return numbers
}
