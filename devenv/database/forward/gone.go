package forward

import (
	"regexp"
	"strings"

	"devenv/devenv/database/catalog"
)

// gone finds objects that went although no statement drops or renames them by name: CASCADE took them along, or
// something was made anew without them. It leaves out what went with its parent object or with a schema, and what
// could not stay: an index of a column that was dropped, a foreign key to a table that was.
func (c losses) gone() {
	for _, d := range c.before.Catalog.Diff(c.after.Catalog) {
		kind, _, _ := strings.Cut(d.Object, ":")
		verb := verbOf(kind)
		if d.Is != "" || verb == "" || c.told(d.Object) || !c.schemaStays(d.Object) || c.lives(d.Object, kind) {
			continue
		}
		was := c.before.Catalog.Objects[d.Object]
		names := []string{plainName(d.Object)}
		if onTable(kind) {
			names = append(names, plainName(was.Parent))
		}
		if c.script.does(verb, names...) >= 0 {
			continue
		}
		change := Change{
			Object: d.Object, Text: "the " + Kind(d.Object) + " " + Label(d.Object) + " is gone", Was: d.Was,
			Grave: kind == "matview", Modelled: kind == "index" || kind == "constraint" || kind == "column", Cause: c.script.cascade(),
		}
		change.Drop = c.before.dropping(d.Object)
		if change.Cause < 0 && was.Parent != "" {
			change.Cause = c.script.remaking(plainName(was.Parent))
		}
		c.add(change)
	}
}

// verbOf returns the pattern of what drops or renames an object of a kind by name, if it may be taken along; empty for
// the other kinds.
func verbOf(kind string) string {
	switch kind {
	case "view":
		return `(?:DROP|ALTER)\s+(?:VIEW|TABLE)`
	case "matview":
		return `(?:DROP|ALTER)\s+(?:MATERIALIZED\s+VIEW|TABLE)`
	case "function":
		return `(?:DROP|ALTER)\s+(?:FUNCTION|PROCEDURE|ROUTINE|AGGREGATE)`
	case "sequence":
		return `(?:DROP|ALTER)\s+(?:SEQUENCE|TABLE)`
	case "trigger", "policy", "rule":
		return `(?:DROP|ALTER)\s+` + kind
	case "index":
		return `(?:DROP|ALTER|USING)\s+INDEX`
	case "constraint":
		return `(?:DROP|ALTER|RENAME)\s+CONSTRAINT`
	case "statistics":
		return `(?:DROP|ALTER)\s+STATISTICS`
	case "column":
		return `DROP|RENAME`
	}
	return ""
}

// onTable reports whether a kind's names are unique in a table only.
func onTable(kind string) bool { return kind == "trigger" || kind == "policy" || kind == "rule" }

// lives reports whether a missing object is there in another way, or could not stay.
func (c losses) lives(object, kind string) bool {
	was := c.before.Catalog.Objects[object]
	switch kind {
	case "sequence": // its column's default or identity tells
		return was.Parent != ""
	case "function": // with arguments of a renamed type
		for _, name := range c.after.Catalog.Names("function") {
			if _, old := c.before.Catalog.Objects[name]; !old && Label(name) == Label(object) {
				return true
			}
		}
	case "index", "constraint", "statistics":
		return c.withoutColumn(was) || c.withoutTable(was) || c.equivalent(object, kind)
	}
	return false
}

// withoutColumn reports whether one of the columns in an object's definition no longer exists.
func (c losses) withoutColumn(was catalog.Object) bool {
	table := strings.TrimPrefix(was.Parent, "table:")
	for _, column := range c.before.Catalog.Names("column") {
		name, ok := strings.CutPrefix(column, "column:"+table+".")
		if _, stays := c.after.Catalog.Objects[column]; ok && !stays && naming(name).MatchString(was.Definition) {
			return true
		}
	}
	return false
}

// withoutTable reports whether a foreign key's other table no longer exists.
func (c losses) withoutTable(was catalog.Object) bool {
	to := regexp.MustCompile(`\bREFERENCES ([^(]+)\(`).FindStringSubmatch(was.Definition)
	if to == nil {
		return false
	}
	_, stays := c.after.Catalog.Objects["table:"+strings.ReplaceAll(to[1], `"`, "")]
	return !stays
}

// equivalent reports whether an index, a constraint or statistics of the same definition exists under another name.
func (c losses) equivalent(object, kind string) bool {
	was := c.before.Catalog.Objects[object]
	for _, name := range c.after.Catalog.Names(kind) {
		is := c.after.Catalog.Objects[name]
		if is.Parent == was.Parent && unnamed(is.Definition, name) == unnamed(was.Definition, object) {
			return true
		}
	}
	return false
}

// unnamed returns a definition without the object's own name and comment.
func unnamed(definition, object string) string {
	definition, _, _ = strings.Cut(definition, " comment '")
	return naming(plainName(object)).ReplaceAllString(definition, "$1$2")
}

// dropping returns the statement that drops an object by name.
func (s State) dropping(object string) string {
	kind, _, _ := strings.Cut(object, ":")
	drop, parent := "DROP "+words(object)+" ", s.Catalog.Objects[object].Parent
	switch kind {
	case "view", "matview", "function", "sequence", "index", "statistics":
		return drop + sqlName(object)
	case "trigger", "policy", "rule":
		return drop + nameOn(object, parent) + " ON " + sqlName(parent)
	case "constraint", "column":
		return "ALTER TABLE " + sqlName(parent) + " " + drop + nameOn(object, parent)
	}
	return ""
}

// schemaStays reports whether both catalogs have the object's schema, or neither has because it is not listed.
func (c losses) schemaStays(object string) bool {
	schema, _, _ := strings.Cut(Label(object), ".")
	_, was := c.before.Catalog.Objects["schema:"+schema]
	_, is := c.after.Catalog.Objects["schema:"+schema]
	return !was || is
}

// plainName returns an object's name without kind, schema, table and arguments.
func plainName(object string) string {
	object, _, _ = strings.Cut(object, "(")
	return object[strings.LastIndexAny(object, ".:")+1:]
}
