package routines

import (
	"iter"
	"regexp"
	"strings"
)

// token is a word, a quoted name, a text, a number or a sign of SQL. Space is what precedes it.
type token struct {
	kind  tokenKind
	text  string
	space string
	line  int
}

type tokenKind int

const (
	sign   tokenKind = iota
	word             // a word, unquoted
	quoted           // a name in quotes
	text             // a literal
	number
)

// is reports whether the token is one of some words or signs.
func (t token) is(words ...string) bool {
	if t.kind != word && t.kind != sign {
		return false
	}
	for _, w := range words {
		if strings.EqualFold(t.text, w) {
			return true
		}
	}
	return false
}

// name returns the name that a token stands for, empty if it is none.
func (t token) name() string {
	switch t.kind {
	case word:
		return strings.ToLower(t.text)
	case quoted:
		return strings.ReplaceAll(strings.Trim(t.text, `"`), `""`, `"`)
	}
	return ""
}

// literal returns the text of a literal in plain or dollar quotes, empty if the token is none.
func (t token) literal() string {
	switch {
	case t.kind == text && strings.HasPrefix(t.text, "'"):
		return strings.ReplaceAll(strings.Trim(t.text, "'"), "''", "'")
	case t.kind == text && strings.HasPrefix(t.text, "$"):
		tag := strings.Index(t.text[1:], "$") + 2
		return t.text[tag : len(t.text)-tag]
	}
	return ""
}

// tokens splits a function's body.
func tokens(body string) []token {
	pattern := regexp.MustCompile(`^(?:(\s+|--[^\n]*|/\*(?s:.*?)\*/)|([A-Za-z_\x{80}-\x{10ffff}][\w$\x{80}-\x{10ffff}]*)|("(?:[^"]|"")*")|` +
		`((?i:[EBX]|U&)?'(?:[^']|'')*')|(\d[\w]*(?:\.\d+)?)|(\$\d+|:=|\.\.|::|<<|>>|<=|>=|<>|!=|=>|\|\||.|\n))`)
	var found []token
	space, line := "", 1
	for body != "" {
		if tag := regexp.MustCompile(`^\$(?:[A-Za-z_]\w*)?\$`).FindString(body); tag != "" {
			end := strings.Index(body[len(tag):], tag)
			if end < 0 {
				return found
			}
			literal := body[:end+2*len(tag)]
			found = append(found, token{text, literal, space, line})
			space, line, body = "", line+strings.Count(literal, "\n"), body[len(literal):]
			continue
		}
		m := pattern.FindStringSubmatch(escaped(body))
		if m == nil {
			return found
		}
		whole := body[:len(m[0])]
		if m[1] != "" {
			space += whole
		} else {
			found = append(found, token{kindOf(m), whole, space, line})
			space = ""
		}
		line, body = line+strings.Count(whole, "\n"), body[len(whole):]
	}
	return found
}

// escaped returns a body with the escapes of an E” at its start replaced by other characters, as many as they have.
func escaped(body string) string {
	if len(body) > 1 && (body[0] == 'E' || body[0] == 'e') && body[1] == '\'' {
		return body[:2] + regexp.MustCompile(`\\(?s:.)`).ReplaceAllStringFunc(body[2:], func(s string) string { return strings.Repeat("_", len(s)) })
	}
	return body
}

func kindOf(m []string) tokenKind {
	switch {
	case m[2] != "" && !strings.HasPrefix(m[0], "'"):
		return word
	case m[3] != "":
		return quoted
	case m[4] != "":
		return text
	case m[5] != "":
		return number
	}
	return sign
}

// depths returns each token that is no bracket of a kind, by its index, with how many of those brackets are open there.
func depths(list []token, opening, closing string) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		depth := 0
		for i, t := range list {
			switch {
			case t.is(opening):
				depth++
			case t.is(closing):
				depth--
			case !yield(i, depth):
				return
			}
		}
	}
}

// source returns tokens as SQL.
func source(list []token) string {
	var out strings.Builder
	for i, t := range list {
		if i > 0 {
			out.WriteString(t.space)
		}
		out.WriteString(t.text)
	}
	return out.String()
}
