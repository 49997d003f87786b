package forward

import (
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
)

// keylessUpserts finds keys that are gone although nothing else is unique on their columns, or has their name: an upsert
// may name either.
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
		if _, stays := c.after.Catalog.Objects[table]; !stays || columns == "" || Kind(table) != "table" || c.told(name) {
			continue
		}
		gone := Change{
			Object: name, Was: was.Definition, On: plainName(table), Conflict: strings.Split(columns, ", "),
			Text:  "the key on " + Label(table) + " (" + columns + ") is gone: INSERT … ON CONFLICT (" + columns + ") fails",
			Cause: c.script.cause(`DROP|ALTER`, plainName(name)),
		}
		if strings.HasPrefix(name, "constraint:") {
			gone.Constraint = plainName(name)
		}
		switch _, named := c.after.Catalog.Objects[name]; {
		case !slices.Contains(slices.Concat(left, told), table+" "+columns):
			told = append(told, table+" "+columns)
		case named || gone.Constraint == "":
			continue
		default: // another key serves the columns, but not under this name
			gone.Conflict = []string{}
			gone.Text = "no constraint of " + Label(table) + " is called " + gone.Constraint + ": INSERT … ON CONFLICT ON CONSTRAINT " +
				gone.Constraint + " fails"
		}
		c.add(c.inFunctions(gone))
	}
}

// inFunctions returns the loss of a key as one that no other code must need, if a function needs it.
func (c restrictions) inFunctions(gone Change) Change {
	for _, name := range c.after.Catalog.Names("function") {
		if gone.UpsertsInto(c.after.Catalog.Objects[name].Definition) {
			gone.Text += ", as in the function " + Label(name)
			gone.Conflict, gone.Constraint = nil, ""
			break
		}
	}
	return gone
}

// UpsertsInto reports whether code has an INSERT into a table that names a key as that of a conflict, by its columns or by
// its name, in SQL or as SQLAlchemy calls them.
func (c Change) UpsertsInto(code string) bool {
	row := strings.ReplaceAll(strings.TrimSuffix(strings.ToLower(c.On), "s"), "_", "")
	into := func(at int) bool {
		return strings.Contains(strings.ReplaceAll(strings.ToLower(code[max(0, at-upsertLength):at]), "_", ""), row)
	}
	for _, at := range conflicts().FindAllStringSubmatchIndex(code, -1) {
		var columns []string
		for _, name := range regexp.MustCompile(`\w+(?:\.\w+)*`).FindAllString(code[at[2]:at[3]], -1) {
			columns = append(columns, name[strings.LastIndex(name, ".")+1:])
		}
		slices.Sort(columns)
		if len(columns) > 0 && slices.Equal(columns, c.Conflict) && into(at[0]) {
			return true
		}
	}
	named := regexp.MustCompile(`(?is)\bON\s+CONFLICT\s+ON\s+CONSTRAINT\s+"?(\w+)|\bon_conflict_do_\w+\s*\([^()]*\bconstraint\s*=\s*["'](\w+)`)
	return c.Constraint != "" && slices.ContainsFunc(named.FindAllStringSubmatchIndex(code, -1), func(at []int) bool {
		name := at[2:4]
		if name[0] < 0 {
			name = at[4:6]
		}
		return code[name[0]:name[1]] == c.Constraint && into(at[0])
	})
}

// upsertLength is how far before its conflict an INSERT names its table, in bytes.
const upsertLength = 600

// conflicts matches the columns of a conflict.
func conflicts() *regexp.Regexp {
	return regexp.MustCompile(`(?is)(?:\bON\s+CONFLICT\s*\(|\bindex_elements\s*=\s*[\[(])([\w\s,."']*)[\])]`)
}
