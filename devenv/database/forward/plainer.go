package forward

import (
	"regexp"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// facet is a part of a definition that something made anew does not have by itself. Meant is the pattern of the
// statement that takes it away.
type facet struct{ prefix, noun, meant string }

func facets() []facet {
	return []facet{
		{"comment '", "its comment", `COMMENT\s+ON`},
		{"with (", "its options", `RESET\s*\(|SET\s*\(`},
		{"replica identity", "its replica identity", `REPLICA\s+IDENTITY`},
		{"row level security", "its row level security", `(?:DISABLE|NO\s+FORCE)\s+ROW\s+LEVEL\s+SECURITY`},
		{"default ", "its default", `DROP\s+DEFAULT`},
		{"generated ", "its identity or expression", `DROP\s+(?:IDENTITY|EXPRESSION)`},
	}
}

// plainer finds parts of definitions that went although no statement takes them away: the object was made anew, or
// something that they need was dropped.
func (c *comparison) plainer() {
	kinds := []string{"table", "column", "view", "matview", "function", "enum", "domain", "type", "sequence", "index"}
	c.both(func(name string, was, is catalog.Object) {
		for _, f := range facets() {
			old := part(was, f.prefix)
			if old == "" || part(is, f.prefix) != "" && !strings.HasPrefix(old, part(is, f.prefix)+" ") || c.takesAway(f, name) {
				continue
			}
			if strings.HasPrefix(name, "column:") && f.prefix != "comment '" && (c.told(name) || fillsItself(is)) {
				continue
			}
			c.add(Change{
				Object: name, Text: "the " + Kind(name) + " " + Label(name) + " has lost " + f.noun, Was: old, Mend: mending(name, f, old),
				Modelled: strings.HasPrefix(name, "column:"), Cause: c.remade(name, was),
			})
		}
		if strings.HasPrefix(name, "function:") {
			c.lostOptions(name, was, is)
		}
	}, kinds...)
}

// takesAway reports whether a statement takes a facet of an object away.
func (c *comparison) takesAway(f facet, object string) bool {
	for _, s := range c.script {
		for _, segment := range s.segments {
			if regexp.MustCompile(`(?is)\b(?:`+f.meant+`)`).MatchString(segment) && (s.dynamic || naming(plainName(object)).MatchString(segment)) {
				return true
			}
		}
	}
	return false
}

// remade returns the statement that made an object, or the table of a column, anew.
func (c *comparison) remade(object string, was catalog.Object) int {
	if strings.HasPrefix(object, "column:") {
		object = was.Parent
	}
	if at := c.script.anew(plainName(object)); at >= 0 {
		return at
	}
	return c.script.cascade()
}

// fillsItself reports whether a column gets a value by itself.
func fillsItself(o catalog.Object) bool { return part(o, "default ")+part(o, "generated ") != "" }

// mending returns the statement that gives a facet back.
func mending(object string, f facet, old string) string {
	kind, _, _ := strings.Cut(object, ":")
	words := strings.ToUpper(kind)
	if kind == "matview" {
		words = "MATERIALIZED VIEW"
	}
	switch f.prefix {
	case "comment '":
		name := sqlName(object)
		if kind == "column" {
			name = strings.Join(quoted(strings.Split(Label(object), ".")), ".")
		}
		if kind == "function" {
			_, name, _ = strings.Cut(object, ":")
		}
		return "COMMENT ON " + words + " " + name + " IS " + strings.TrimPrefix(old, "comment ")
	case "with (":
		return "ALTER " + words + " " + sqlName(object) + " SET (" + strings.TrimPrefix(old, "with (")
	case "replica identity":
		return "ALTER TABLE " + sqlName(object) + " " + strings.ToUpper(strings.Replace(old, "index", "using index", 1))
	case "row level security":
		return "ALTER TABLE " + sqlName(object) + " ENABLE ROW LEVEL SECURITY"
	case "default ", "generated ":
		return filling(object, old)
	}
	return ""
}

// filling returns the statement that gives a column its default or identity back.
func filling(column, part string) string {
	names := strings.Split(Label(column), ".")
	alter := "ALTER TABLE " + query.Table(names[0], names[1]) + " ALTER COLUMN " + query.Identifier(names[len(names)-1])
	if value, ok := strings.CutPrefix(part, "default "); ok {
		return alter + " SET DEFAULT " + value
	}
	return alter + " ADD " + strings.ToUpper(part)
}

func quoted(names []string) []string {
	for i := range names {
		names[i] = query.Identifier(names[i])
	}
	return names
}

// lostOptions finds options of a function that went when it was written anew.
func (c *comparison) lostOptions(name string, was, is catalog.Object) {
	option := regexp.MustCompile(`(?m)\b(SECURITY DEFINER|STRICT|LEAKPROOF|IMMUTABLE|STABLE|PARALLEL \w+)\b|^ SET .*$`)
	old, now := head(was.Definition), head(is.Definition)
	var lost []string
	for _, o := range option.FindAllString(old, -1) {
		if o = strings.TrimSpace(o); !strings.Contains(now, o) && !c.said(o) {
			lost = append(lost, o)
		}
	}
	if len(lost) > 0 {
		c.add(Change{
			Object: name, Text: "the function " + Label(name) + " is no longer " + strings.Join(lost, ", "), Was: strings.Join(lost, " "),
			Mend:  "ALTER FUNCTION " + strings.TrimPrefix(name, "function:") + " " + strings.Join(lost, " "),
			Cause: c.script.anew(plainName(name)),
		})
	}
}

// said reports whether a statement gives a function another option of the same kind, on purpose.
func (c *comparison) said(option string) bool {
	switch {
	case option == "SECURITY DEFINER":
		return c.script.last(`\bSECURITY\s+INVOKER\b`) >= 0
	case option == "IMMUTABLE" || option == "STABLE":
		return c.script.last(`\b(?:VOLATILE|STABLE|IMMUTABLE)\b`) >= 0
	case option == "STRICT":
		return c.script.last(`\bCALLED\s+ON\s+NULL\b`) >= 0
	case strings.HasPrefix(option, "PARALLEL"):
		return c.script.last(`\bPARALLEL\b`) >= 0
	}
	return false
}

// head returns a function's definition without its body.
func head(definition string) string {
	head, _, _ := strings.Cut(definition, "\nAS $")
	head, _, _ = strings.Cut(head, "\nBEGIN ATOMIC")
	return head
}
