package forward

import (
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
)

// facet is a part of a definition that something made anew does not have by itself. Meant is the pattern of the
// statement that takes it away.
type facet struct{ prefix, noun, meant string }

func facets() []facet {
	return []facet{
		{"comment ", "its comment", `COMMENT\s+ON`},
		{"with (", "its options", `RESET\s*\(|SET\s*\(`},
		{"replica identity", "its replica identity", `REPLICA\s+IDENTITY`},
		{"row level security", "its row level security", `(?:DISABLE|NO\s+FORCE)\s+ROW\s+LEVEL\s+SECURITY`},
		{"not null", "its NOT NULL", `DROP\s+(?:NOT\s+NULL|CONSTRAINT|IDENTITY)`},
		{"default ", "its default", `DROP\s+DEFAULT`},
		{"generated ", "its identity or expression", `DROP\s+(?:IDENTITY|EXPRESSION)`},
	}
}

// plainer finds parts of definitions that went although no statement takes them away: the object was made anew, or
// something that they need was dropped.
func (c remakes) plainer() {
	kinds := []string{"table", "column", "view", "matview", "function", "enum", "domain", "type", "sequence", "index"}
	c.both(func(name string, was, is catalog.Object) {
		for _, f := range facets() {
			old := part(was, f.prefix)
			if old == "" || part(is, f.prefix) != "" && !strings.HasPrefix(old, part(is, f.prefix)+" ") || c.script.takesAway(f, name) {
				continue
			}
			filled := f.prefix != "comment " && f.prefix != "not null"
			if strings.HasPrefix(name, "column:") && filled && (c.told(name) || fillsItself(is)) {
				continue
			}
			if f.prefix == "not null" && part(was, "generated ") == "" && part(is, "generated ") != "" {
				continue // its expression decides, which is made of columns of their own
			}
			c.add(Change{
				Object: name, Text: "the " + Kind(name) + " " + Label(name) + " has lost " + f.noun, Was: old, Mend: c.mending(name, f, old),
				Modelled: strings.HasPrefix(name, "column:"), Cause: c.script.remade(name, was),
			})
		}
		if strings.HasPrefix(name, "function:") {
			c.lostOptions(name, was, is)
		}
	}, kinds...)
}

// takesAway reports whether a statement takes a facet of an object away.
func (s script) takesAway(f facet, object string) bool {
	for _, one := range s {
		for _, segment := range one.segments {
			if regexp.MustCompile(`(?is)\b(?:`+f.meant+`)`).MatchString(segment) && (one.dynamic || naming(plainName(object)).MatchString(segment)) {
				return true
			}
		}
	}
	return false
}

// remade returns the statement that made an object, or the table of a column, anew.
func (s script) remade(object string, was catalog.Object) int {
	if strings.HasPrefix(object, "column:") {
		object = was.Parent
	}
	if at := s.remaking(plainName(object)); at >= 0 {
		return at
	}
	return s.cascade()
}

// fillsItself reports whether a column gets a value by itself.
func fillsItself(o catalog.Object) bool { return part(o, "default ")+part(o, "generated ") != "" }

// functionOption matches an option in a function's head.
var functionOption = regexp.MustCompile(`(?m)\b(SECURITY DEFINER|STRICT|LEAKPROOF|IMMUTABLE|STABLE|PARALLEL \w+)\b|^ SET .*$`)

// lostOptions finds options of a function that went when it was written anew.
func (c remakes) lostOptions(name string, was, is catalog.Object) {
	old, now := head(was.Definition), head(is.Definition)
	var lost []string
	for _, o := range functionOption.FindAllString(old, -1) {
		if o = strings.TrimSpace(o); !strings.Contains(now, o) && !c.script.said(o) && !c.script.saidSetting(name, o, now) {
			lost = append(lost, o)
		}
	}
	if len(lost) > 0 {
		c.add(Change{
			Object: name, Text: "the function " + Label(name) + " is no longer " + strings.Join(lost, ", "), Was: strings.Join(lost, " "),
			Mend:  "ALTER ROUTINE " + sqlName(name) + " " + strings.Join(lost, " "),
			Cause: c.script.anew(plainName(name)),
		})
	}
}

// said reports whether a statement gives a function another option of the same kind, on purpose.
func (s script) said(option string) bool {
	switch {
	case option == "SECURITY DEFINER":
		return s.last(`\bSECURITY\s+INVOKER\b`) >= 0
	case option == "IMMUTABLE" || option == "STABLE":
		return s.last(`\b(?:VOLATILE|STABLE|IMMUTABLE)\b`) >= 0
	case option == "LEAKPROOF":
		return s.last(`\bNOT\s+LEAKPROOF\b`) >= 0
	case option == "STRICT":
		return s.last(`\bCALLED\s+ON\s+NULL\b`) >= 0
	case strings.HasPrefix(option, "PARALLEL"):
		return s.last(`\bPARALLEL\b`) >= 0
	}
	return false
}

// saidSetting reports whether a statement gives a function another value of a setting, "SET search_path TO 'app'", or
// takes it away. Now is the function's new head.
func (s script) saidSetting(function, option, now string) bool {
	setting, ok := strings.CutPrefix(option, "SET ")
	if !ok {
		return false
	}
	setting, _, _ = strings.Cut(setting, " TO ")
	name := `"?` + regexp.QuoteMeta(strings.Trim(setting, `"`)) + `"?`
	said := regexp.MustCompile(`(?is)\bRESET\s+(?:ALL|` + name + `)|\bSET\s+` + name + `\s*(?:TO|=)\s*DEFAULT\b`)
	if strings.Contains(now, "\n SET "+setting+" TO ") {
		said = regexp.MustCompile(`(?is)\bSET\s+` + name + `(?:\s|=)`)
	}
	return slices.ContainsFunc(s, func(one statement) bool {
		return said.MatchString(one.text) && (one.dynamic || naming(plainName(function)).MatchString(one.text))
	})
}

// head returns a function's definition without its body.
func head(definition string) string {
	head, _, _ := strings.Cut(definition, "\nAS $")
	head, _, _ = strings.Cut(head, "\nBEGIN ATOMIC")
	return head
}
