package forward

import (
	"regexp"
	"slices"
	"strings"
)

// script is the migration's statements, as far as they change a schema.
type script []statement

// statement is one of them. A dynamic one composes the SQL that it executes, so that the names in it are not in its
// text.
type statement struct {
	text     string
	segments []string
	dynamic  bool
}

// parse reads statements. What changes no schema stays in its place, empty.
func parse(statements []string) script {
	ddl := regexp.MustCompile(`(?i)\b(?:CREATE|ALTER|DROP|GRANT|REVOKE|COMMENT|REASSIGN|REFRESH)\b`)
	comments := regexp.MustCompile(`(?s)--[^\n]*|/\*.*?\*/`)
	composed := regexp.MustCompile(`(?is)\bEXECUTE\b.*(?:\bformat\s*\(|\|\|)`)
	var s script
	for _, sql := range statements {
		if !ddl.MatchString(sql) {
			s = append(s, statement{})
			continue
		}
		sql = comments.ReplaceAllLiteralString(sql, " ")
		s = append(s, statement{text: sql, segments: strings.Split(sql, ";"), dynamic: composed.MatchString(sql)})
	}
	return s
}

// last returns the last statement that matches a pattern; -1 if none does.
func (s script) last(pattern string) int {
	p := regexp.MustCompile(`(?is)` + pattern)
	for i := len(s) - 1; i >= 0; i-- {
		if p.MatchString(s[i].text) {
			return i
		}
	}
	return -1
}

// does returns the last statement that applies a verb to something with all of these names, the first of which follows
// it; -1 if none does. One that composes its SQL may do so with any name.
func (s script) does(verb string, names ...string) int {
	action := regexp.MustCompile(`(?is)\b(?:` + verb + `)\b`)
	for i := len(s) - 1; i >= 0; i-- {
		if s[i].mayApply(action) {
			return i
		}
		for _, segment := range s[i].segments {
			at := action.FindStringIndex(segment)
			if at != nil && (len(names) == 0 || naming(names[0]).MatchString(segment[at[0]:]) && namesAll(segment, names[1:])) {
				return i
			}
		}
	}
	return -1
}

var cascading = regexp.MustCompile(`(?i)\bCASCADE\b`)

// mayApply reports whether a statement that composes its SQL may apply a verb to anything. Where it drops something with
// CASCADE, only the verb that drops things of the kind names them: what else it alters loses them unsaid.
func (s statement) mayApply(verb *regexp.Regexp) bool {
	if !s.dynamic || !cascading.MatchString(s.text) {
		return s.dynamic && verb.MatchString(s.text)
	}
	return slices.ContainsFunc(verb.FindAllString(s.text, -1), func(found string) bool {
		found = strings.ToUpper(found)
		return !strings.HasPrefix(found, "ALTER") && !strings.HasSuffix(found, "TABLE")
	})
}

func namesAll(text string, names []string) bool {
	for _, name := range names {
		if !naming(name).MatchString(text) {
			return false
		}
	}
	return true
}

// naming returns a pattern for text that contains a name as a word.
func naming(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|[^\w$])` + regexp.QuoteMeta(name) + `($|[^\w$])`)
}

// cause returns the last statement with a verb and a name, in any order; one that composes its SQL only if there is no
// other, and -1 if there is none.
func (s script) cause(verb, name string) int {
	action, composed := regexp.MustCompile(`(?is)\b(?:`+verb+`)\b`), -1
	called := naming(name)
	for i := len(s) - 1; i >= 0; i-- {
		for _, segment := range s[i].segments {
			if action.MatchString(segment) && called.MatchString(segment) {
				return i
			}
		}
		if composed < 0 && s[i].dynamic && action.MatchString(s[i].text) {
			composed = i
		}
	}
	return composed
}

// first returns the first of causes that is known; -1 if none is.
func (script) first(causes ...int) int {
	for _, cause := range causes {
		if cause >= 0 {
			return cause
		}
	}
	return -1
}

// cascade returns the only statement with CASCADE; -1 if there are several or none.
func (s script) cascade() int {
	found := -1
	for i := range s {
		if cascading.MatchString(s[i].text) {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

// remaking returns the statement that dropped something, which has been made anew since, or else the one that made it.
func (s script) remaking(name string) int {
	if at := s.does(`DROP\s+(?:TABLE|(?:MATERIALIZED\s+)?VIEW|FUNCTION|PROCEDURE|ROUTINE|SEQUENCE|TYPE|DOMAIN|INDEX)`, name); at >= 0 {
		return at
	}
	return s.anew(name)
}

// anew returns the last statement that creates or renames something to a name; -1 if none does.
func (s script) anew(name string) int {
	if at := s.does(`CREATE`, name); at >= 0 {
		return at
	}
	return s.does(`RENAME\s+TO`, name)
}
