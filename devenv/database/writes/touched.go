package writes

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
)

// Touched returns the tables that the application may write and that a move changed or may have broken indirectly:
// those that something changed refers to or, if something was dropped or renamed or code was changed, those with
// triggers or with expressions that call a function. The changes are those of the catalog's objects.
func Touched(before, after *catalog.Shape, changes []catalog.Difference) []*catalog.Table {
	var touched []*catalog.Table
	gone := hasGone(before, after) || slices.ContainsFunc(changes, func(d catalog.Difference) bool {
		return strings.HasPrefix(d.Object, "function:") || strings.HasPrefix(d.Object, "view:") && d.Is == ""
	})
	parents := parentsOfNew(before, after)
	for i := range after.Tables {
		is := &after.Tables[i]
		was := before.Table(is.OID)
		switch {
		case is.Partition, was != nil && was.Partition: // it is written through its parent, or was
		case was == nil, was.Label() != is.Label(), writesDependOn(was) != writesDependOn(is), slices.Contains(parents, is.OID),
			gone && (len(is.Triggers) > 0 || callsFunction(is)), namedIn(changes, is):
			touched = append(touched, is)
		}
	}
	return touched
}

// hasGone reports whether a table or column was dropped, renamed or given another type.
func hasGone(before, after *catalog.Shape) bool {
	return slices.ContainsFunc(before.Tables, func(was catalog.Table) bool {
		is := after.Table(was.OID)
		return is == nil || is.Label() != was.Label() || slices.ContainsFunc(was.Columns, func(c catalog.Column) bool {
			now := is.Column(c.Number)
			return now == nil || now.Name != c.Name || now.Type != c.Type
		})
	})
}

// parentsOfNew returns the tables that new foreign keys reference: their rows may no longer be deleted.
func parentsOfNew(before, after *catalog.Shape) (parents []uint32) {
	for i := range after.Tables {
		was := before.Table(after.Tables[i].OID)
		for _, k := range after.Tables[i].Constraints {
			if k.Kind == "f" && (was == nil || was.Constraint(k.OID) == nil) {
				parents = append(parents, k.Parent)
			}
		}
	}
	return parents
}

// ownCall matches a call of a function of the project: one whose name has a schema, as the shape is read.
var ownCall = regexp.MustCompile(`\w"?\."?\w+"?\(`)

// callsFunction reports whether an expression of the table calls a function of the project.
func callsFunction(t *catalog.Table) bool {
	return slices.ContainsFunc(t.Columns, func(c catalog.Column) bool { return ownCall.MatchString(c.Default + " " + c.Generated) }) ||
		slices.ContainsFunc(t.Constraints, func(k catalog.Constraint) bool { return ownCall.MatchString(k.Expression) }) ||
		slices.ContainsFunc(t.Indexes, func(x catalog.Index) bool { return ownCall.MatchString(x.Expressions + " " + x.Predicate) })
}

// namedIn reports whether a policy, rule, trigger or right of the table changed.
func namedIn(changes []catalog.Difference, t *catalog.Table) bool {
	return slices.ContainsFunc(changes, func(d catalog.Difference) bool {
		kind, label, _ := strings.Cut(d.Object, ":")
		switch kind {
		case "policy", "rule", "trigger":
			return strings.HasPrefix(label, t.Label()+".")
		case "grant", "table":
			return strings.TrimPrefix(label, "table:") == t.Label()
		}
		return false
	})
}

// writesDependOn returns everything about a table that a write depends on, as one text.
func writesDependOn(t *catalog.Table) string {
	var text strings.Builder
	for _, c := range t.Columns {
		fmt.Fprintln(&text, c.Number, c.Name, c.Type, c.NotNull, c.Default, c.Identity, c.Generated, c.DomainChecks)
	}
	for _, k := range t.Constraints {
		fmt.Fprintln(&text, k.Name, k.Definition, k.Valid)
	}
	for _, x := range t.Indexes {
		if x.Unique || x.Expressions != "" {
			fmt.Fprintln(&text, x.Name, x.Definition)
		}
	}
	fmt.Fprintln(&text, t.Triggers)
	return text.String()
}
