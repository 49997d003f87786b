package witness

import (
	"regexp"
	"slices"

	"devenv/devenv/database/catalog"
)

// FilledLater returns a restriction for each new column that fills itself now and that a statement made NOT NULL: until
// its default was there, a row could come without a value.
func FilledLater(before, after *catalog.Shape, statements []string) []Restriction {
	return derive(before, after, func(d *derivation) {
		for _, c := range d.is.Columns {
			restricts := regexp.MustCompile(`(?is)^\s*ALTER\s+TABLE\b.*` + nameIn(d.is.Name) + `.*` + nameIn(c.Name) + `\s+SET\s+NOT\s+NULL\b`)
			if c.NotNull && c.Generated == "" && c.FillsItself() && d.was.Column(c.Number) == nil && slices.ContainsFunc(statements, restricts.MatchString) {
				d.add(Restriction{Kind: RestrictNotNull, Columns: []string{c.Name}, What: d.was.Quoted() + "." + c.Name + " is new and NOT NULL"})
			}
		}
	})
}
