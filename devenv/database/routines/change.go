package routines

import (
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
)

// Change is what happened to a schema: the names that mean something else now, or nothing, and the functions that were
// created or replaced (public.f(integer)). Added are those of them that no function had as name and arguments before.
type Change struct{ Names, Routines, Added []string }

// Between returns what changed between two shapes of a database whose catalogs differ in some objects.
func Between(before, after *catalog.Shape, differences []catalog.Difference) Change {
	var c Change
	for i := range before.Tables {
		was := &before.Tables[i]
		is := after.Table(was.OID)
		if is == nil {
			c.Names = append(c.Names, was.Name)
			continue
		}
		if is.Label() != was.Label() || !slices.EqualFunc(was.Columns, is.Columns, sameColumn) {
			c.Names = append(c.Names, was.Name)
		}
		for _, column := range was.Columns {
			if now := is.Column(column.Number); now == nil || !sameColumn(column, *now) {
				c.Names = append(c.Names, column.Name)
			}
		}
	}
	for _, d := range differences {
		c.add(d)
	}
	slices.Sort(c.Names)
	c.Names = slices.Compact(c.Names)
	return c
}

func sameColumn(was, is catalog.Column) bool { return was.Name == is.Name && was.Type == is.Type }

// add adds what a difference of the catalogs means for code.
func (c *Change) add(d catalog.Difference) {
	kind, label, _ := strings.Cut(d.Object, ":")
	name, _, _ := strings.Cut(label, "(")
	name = name[strings.LastIndex(name, ".")+1:]
	switch kind {
	case "function":
		if d.Is != "" {
			c.Routines = append(c.Routines, label)
		}
		if d.Was == "" {
			c.Added = append(c.Added, label)
		}
		if d.Was != "" {
			c.Names = append(c.Names, name)
		}
	case "view", "matview", "sequence", "domain", "type":
		if d.Was != "" {
			c.Names = append(c.Names, name)
		}
	case "enum":
		for _, part := range d.Parts() {
			if part.Is == "" {
				c.Names = append(c.Names, name, part.Was)
			}
		}
	}
}
