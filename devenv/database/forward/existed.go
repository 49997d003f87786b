package forward

import (
	"regexp"
	"strings"
)

// existed finds tables and columns that a statement makes with IF NOT EXISTS although others of the same name were there:
// it does nothing then, and what it describes is missing.
func (c leftovers) existed() {
	table := regexp.MustCompile(`(?is)^\s*CREATE\s+(?:UNLOGGED\s+)?TABLE\s+IF\s+NOT\s+EXISTS\s+([\w$."]+)\s*\((.*)\)`)
	column := regexp.MustCompile(`(?is)^\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?([\w$."]+)\s+ADD\s+(?:COLUMN\s+)?IF\s+NOT\s+EXISTS\s+("[^"]+"|[\w$]+)\s+(.*)$`)
	for i, s := range c.script {
		for _, segment := range s.segments {
			if m := table.FindStringSubmatch(segment); m != nil {
				c.existedTable(c.before.labelOf(m[1]), m[2], i)
			}
			if m := column.FindStringSubmatch(segment); m != nil {
				c.existedColumn(c.before.labelOf(m[1]), strings.Trim(m[2], `"`), m[3], i)
			}
		}
	}
}

// labelOf returns the label of a table by its name in a statement; empty if there was none, or several.
func (s State) labelOf(name string) (label string) {
	name = strings.ReplaceAll(name, `"`, "")
	for _, object := range s.Catalog.Names("table") {
		switch l := Label(object); {
		case l == name:
			return l
		case !strings.Contains(name, ".") && strings.HasSuffix(l, "."+name) && label == "":
			label = l
		}
	}
	return label
}

// existedTable compares a table with the columns that a statement describes.
func (c leftovers) existedTable(label, body string, cause int) {
	var missing []string
	for _, part := range topLevel(body) {
		name := strings.Trim(regexp.MustCompile(`^\s*("[^"]+"|[\w$]*)`).FindStringSubmatch(part)[1], `"`)
		_, there := c.after.Catalog.Objects["column:"+label+"."+name]
		_, lower := c.after.Catalog.Objects["column:"+label+"."+strings.ToLower(name)]
		if name != "" && !there && !lower && !regexp.MustCompile(`(?i)^(?:constraint|primary|unique|check|foreign|exclude|like)$`).MatchString(name) {
			missing = append(missing, name)
		}
	}
	_, stays := c.after.Catalog.Objects["table:"+label]
	if label == "" || !stays || len(missing) == 0 {
		return
	}
	c.add(Change{
		Object: "column:" + label + "." + missing[0], Modelled: true, Cause: cause,
		Text: "the table " + label + " was there already: CREATE TABLE IF NOT EXISTS made nothing, and it lacks " + strings.Join(missing, ", "),
	})
}

// existedColumn compares a column with the type that a statement describes.
func (c leftovers) existedColumn(label, name, rest string, cause int) {
	object := "column:" + label + "." + name
	was, there := c.before.Catalog.Objects[object]
	is, stays := c.after.Catalog.Objects[object]
	if !there || !stays || len(is.Parts) == 0 || len(was.Parts) == 0 || was.Parts[0] != is.Parts[0] {
		return
	}
	if meant := plainType(rest); meant != "" && meant != plainType(is.Parts[0]) {
		c.add(Change{
			Object: object, Modelled: true, Cause: cause,
			Text: "the column " + Label(object) + " was there already: ADD COLUMN IF NOT EXISTS made nothing, and it is " + is.Parts[0],
		})
	}
}

// topLevel splits a text at the commas that are in no parentheses and no literal.
func topLevel(text string) (parts []string) {
	depth, from, quoted := 0, 0, false
	for i, r := range text {
		switch {
		case r == '\'':
			quoted = !quoted
		case quoted:
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			parts, from = append(parts, text[from:i]), i+1
		}
	}
	return append(parts, text[from:])
}

// plainType returns the name of a common type at the start of a text, without length; empty if it is another.
func plainType(text string) string {
	names := []struct{ name, pattern string }{
		{"timestamptz", `timestamptz|timestamp(?:\(\d\))?\s+with\s+time\s+zone`},
		{"timestamp", `timestamp`},
		{"varchar", `varchar|character\s+varying`},
		{"char", `character|char`},
		{"int8", `bigint|int8|bigserial`},
		{"int2", `smallint|int2|smallserial`},
		{"int4", `integer|int4?|serial`},
		{"numeric", `numeric|decimal`},
		{"float8", `double\s+precision|float8?`},
		{"bool", `boolean|bool`},
		{"text", `text`},
		{"date", `date`},
		{"uuid", `uuid`},
		{"jsonb", `jsonb`},
		{"json", `json`},
	}
	text = strings.TrimSpace(text)
	if strings.Contains(strings.SplitN(text, " ", 2)[0], "[") {
		return ""
	}
	for _, n := range names {
		if regexp.MustCompile(`(?i)^(?:` + n.pattern + `)(?:\W|$)`).MatchString(text) {
			return n.name
		}
	}
	return ""
}
