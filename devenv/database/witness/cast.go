package witness

import (
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
)

// CastRestrictions returns restrictions that no schema shows: a text column whose values an UPDATE or INSERT … SELECT
// of the migration casts.
func CastRestrictions(before, after *catalog.Shape, statements []string) []Restriction {
	var found []Restriction
	for _, statement := range statements {
		if !regexp.MustCompile(`(?is)^\s*(UPDATE|INSERT|WITH|MERGE)\b`).MatchString(statement) {
			continue
		}
		for _, name := range castColumns(statement) {
			for i := range before.Tables {
				was := &before.Tables[i]
				is := after.Table(was.OID)
				at := slices.IndexFunc(was.Columns,
					func(c catalog.Column) bool { return c.Name == name && c.TakesText() && c.Generated == "" })
				if is == nil || at < 0 || was.Partition || !mentions(statement, was.Name) {
					continue
				}
				r := Restriction{
					Kind: RestrictCast, Table: was.Label(), Columns: []string{name},
					What:   "the values of " + was.Quoted() + "." + name + " are cast",
					before: was, after: is, columns: []int16{was.Columns[at].Number},
				}
				if !slices.ContainsFunc(found, func(o Restriction) bool { return o.What == r.What }) {
					found = append(found, r)
				}
			}
		}
	}
	return found
}

// castColumns returns the names that a statement casts: a::integer, t.a::integer, CAST(a AS integer).
func castColumns(statement string) []string {
	var names []string
	for _, pattern := range []string{
		`(?i)("[^"]+"|\b[a-z_]\w*)\s*\)*\s*::\s*"?([a-z]\w*)`,
		`(?i)\bCAST\s*\(\s*(?:\w+\.)?("[^"]+"|\w+)\s+AS\s+"?(\w+)`,
	} {
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(statement, -1) {
			if !slices.Contains([]string{"text", "varchar", "character", "bytea"}, strings.ToLower(m[2])) {
				names = append(names, strings.Trim(m[1], `"`))
			}
		}
	}
	return names
}
