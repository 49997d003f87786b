package alembic

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"devenv/devenv/report"
)

// ErrNoParent is returned for a file without a down_revision assignment at its top level.
var ErrNoParent = report.Fail(report.KindWork,
	"write down_revision as a plain string, or replace them all with one migration: --replace",
	"no down_revision assignment found")

var (
	assignment = regexp.MustCompile(`(?m)^down_revision[ \t]*(?::[^=\n]*)?=[ \t]*`)
	docline    = regexp.MustCompile(`(?m)^(Revises:)[ \t]*[^\r\n]*`)
)

// Reparent returns a revision file with another parent, or as a root when newDown is empty. It changes only the
// down_revision assignment and the docstring's "Revises:" line and keeps annotations, quotes, comments and line
// endings.
func (Files) Reparent(source []byte, newDown string) ([]byte, error) {
	doc := docstringEnd(source)
	at := assignment.FindIndex(source[doc:])
	if at == nil {
		return nil, ErrNoParent
	}
	start := doc + at[1]
	end := valueEnd(source, start)
	if end <= start {
		return nil, ErrNoParent
	}
	head := docline.ReplaceAllFunc(source[:doc], func(line []byte) []byte {
		return []byte(strings.TrimRight("Revises: "+newDown, " "))
	})
	literal := "None"
	if newDown != "" {
		literal = quoteLike(source[start:end], newDown)
	}
	return bytes.Join([][]byte{head, source[doc:start], []byte(literal), source[end:]}, nil), nil
}

// docstringEnd returns the position after the module's docstring, or 0 if it has none.
func docstringEnd(source []byte) int {
	at := 0
	for at < len(source) {
		line, _, _ := bytes.Cut(source[at:], []byte("\n"))
		text := bytes.TrimSpace(line)
		if len(text) != 0 && text[0] != '#' {
			break
		}
		at += len(line) + 1
	}
	if at >= len(source) {
		return 0
	}
	start := at + len(source[at:]) - len(bytes.TrimLeft(source[at:], " \trRuU"))
	if start < len(source) && (source[start] == '"' || source[start] == '\'') {
		return stringEnd(source, start)
	}
	return 0
}

// stringEnd returns the position after the Python string whose opening quote is at start.
func stringEnd(source []byte, start int) int {
	quote := source[start : start+1]
	if triple := bytes.Repeat(quote, 3); bytes.HasPrefix(source[start:], triple) {
		quote = triple
	}
	for i := start + len(quote); i < len(source); i++ {
		switch {
		case source[i] == '\\':
			i++
		case bytes.HasPrefix(source[i:], quote):
			return i + len(quote)
		}
	}
	return len(source)
}

// valueEnd returns the position after the expression that begins at start. It ends with its line or before a comment,
// and spans several lines within brackets.
func valueEnd(source []byte, start int) int {
	depth, last := 0, start
	for i := start; i < len(source); {
		switch c := source[i]; {
		case c == '"' || c == '\'':
			i = stringEnd(source, i)
			last = i
			continue
		case c == '#' && depth == 0, c == '\n' && depth == 0, c == ';' && depth == 0:
			return last
		case c == '#':
			i += len(firstLine(source[i:]))
			continue
		case bytes.IndexByte([]byte("([{"), c) >= 0:
			depth++
		case bytes.IndexByte([]byte(")]}"), c) >= 0:
			depth--
		}
		if !bytes.ContainsRune([]byte(" \t\r\n"), rune(source[i])) {
			last = i + 1
		}
		i++
	}
	return last
}

// quoteLike returns the id in the same kind of quotes as the old value.
func quoteLike(old []byte, id string) string {
	double := strconv.Quote(id)
	if single := bytes.IndexByte(old, '\''); single >= 0 && !bytes.ContainsAny(old[:single], `"`) {
		return "'" + strings.ReplaceAll(double[1:len(double)-1], "'", `\'`) + "'"
	}
	return double
}

func firstLine(text []byte) []byte {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return line
}
