package forward

import (
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
)

// keylessUpserts finds keys that are gone although nothing else is unique on their columns: an upsert may name them.
func (c restrictions) keylessUpserts() {
	columnsOf := regexp.MustCompile(`^(?:UNIQUE|PRIMARY KEY)(?: NULLS NOT DISTINCT)? \(([^()]*)\)|` +
		`^CREATE UNIQUE INDEX .* USING btree \(([^()]*)\)(?: comment .*)?$`)
	keyOf := func(o catalog.Object) string {
		m := columnsOf.FindStringSubmatch(o.Definition)
		if m == nil {
			return ""
		}
		columns := strings.Split(strings.ReplaceAll(m[1]+m[2], `"`, ""), ", ")
		slices.Sort(columns)
		return o.Parent + " " + strings.Join(columns, ", ")
	}
	var left, told []string
	for _, name := range c.after.Catalog.Names("constraint", "index") {
		left = append(left, keyOf(c.after.Catalog.Objects[name]))
	}
	for _, name := range c.before.Catalog.Names("constraint", "index") {
		was := c.before.Catalog.Objects[name]
		table, columns, _ := strings.Cut(keyOf(was), " ")
		if _, stays := c.after.Catalog.Objects[table]; !stays || columns == "" || c.told(name) || slices.Contains(slices.Concat(left, told), table+" "+columns) {
			continue
		}
		told = append(told, table+" "+columns)
		c.add(Change{
			Object: name, Text: "the key on " + Label(table) + " (" + columns + ") is gone: INSERT … ON CONFLICT (" + columns + ") fails",
			Was: was.Definition, On: plainName(table), Conflict: strings.Split(columns, ", "), Cause: c.script.cause(`DROP|ALTER`, plainName(name)),
		})
	}
}

// UpsertsInto reports whether code has an INSERT into a table that names the columns of a key as those of a conflict, in
// SQL or as SQLAlchemy calls them.
func (c Change) UpsertsInto(code string) bool {
	row := strings.ReplaceAll(strings.TrimSuffix(strings.ToLower(c.On), "s"), "_", "")
	for _, at := range conflicts().FindAllStringSubmatchIndex(code, -1) {
		var columns []string
		for _, name := range regexp.MustCompile(`\w+(?:\.\w+)*`).FindAllString(code[at[2]:at[3]], -1) {
			columns = append(columns, name[strings.LastIndex(name, ".")+1:])
		}
		slices.Sort(columns)
		before := strings.ReplaceAll(strings.ToLower(code[max(0, at[0]-upsertLength):at[0]]), "_", "")
		if slices.Equal(columns, c.Conflict) && strings.Contains(before, row) {
			return true
		}
	}
	return false
}

// upsertLength is how far before its conflict an INSERT names its table, in bytes.
const upsertLength = 600

// conflicts matches the columns of a conflict.
func conflicts() *regexp.Regexp {
	return regexp.MustCompile(`(?is)(?:\bON\s+CONFLICT\s*\(|\bindex_elements\s*=\s*[\[(])([\w\s,."']*)[\])]`)
}
