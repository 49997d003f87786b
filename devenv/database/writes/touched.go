package writes

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
)

// Touched returns the tables that the application may write and that a move changed or may have broken indirectly: if
// something was dropped or renamed, also those with triggers.
func Touched(before, after *catalog.Shape) []*catalog.Table {
	var touched []*catalog.Table
	gone := slices.ContainsFunc(before.Tables, func(was catalog.Table) bool {
		is := after.Table(was.OID)
		return is == nil || is.Label() != was.Label() || slices.ContainsFunc(was.Columns, func(c catalog.Column) bool {
			now := is.Column(c.Number)
			return now == nil || now.Name != c.Name || now.Type != c.Type
		})
	})
	for i := range after.Tables {
		is := &after.Tables[i]
		was := before.Table(is.OID)
		if is.Partition {
			continue
		}
		if was == nil || was.Label() != is.Label() || writesDependOn(was) != writesDependOn(is) || gone && len(is.Triggers) > 0 {
			touched = append(touched, is)
		}
	}
	return touched
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
