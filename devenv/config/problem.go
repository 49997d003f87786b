package config

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/token"

	"devenv/devenv/report"
)

// source is the text, and the position of each key's value.
type source struct {
	lines  []string
	tokens map[string]*token.Token
}

func newSource(content []byte) source {
	text := strings.ReplaceAll(string(content), "\r\n", "\n")
	return source{lines: strings.Split(text, "\n"), tokens: map[string]*token.Token{}}
}

// problem is one error; line and column count from 1, and 0 means that the position is unknown.
type problem struct {
	line, column int
	text         string
}

// nameIn returns the file's name for messages: relative to the repository's root.
func nameIn(dir string) string { return path.Join(dir, FileName) }

// failure returns all recorded problems, in the order of the file, as one usage failure; nil if there are none.
func (r *reader) failure() error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
	var texts []string
	for _, p := range r.problems {
		texts = append(texts, r.show(r.name, p))
	}
	if len(texts) > 1 {
		texts = append([]string{fmt.Sprintf("%s has %d problems:", r.name, len(texts))}, texts...)
	}
	return &report.Failure{Kind: report.KindUsage, Err: errors.New(strings.Join(texts, "\n"))}
}

// show formats a problem with its line and a caret below.
func (s *source) show(name string, p problem) string {
	if p.line < 1 || p.line > len(s.lines) {
		return name + ": " + hideSecrets(p.text)
	}
	text := hideSecrets(s.lines[p.line-1])
	number := fmt.Sprintf("%4d | ", p.line)
	// a tab before the caret is kept, so that the caret is in the right column whatever a tab's width
	runes := []rune(text)
	pad := strings.Map(func(c rune) rune {
		if c == '\t' {
			return c
		}
		return ' '
	}, string(runes[:min(max(p.column-1, 0), len(runes))]))
	return fmt.Sprintf("%s:%d:%d: %s\n%s%s\n%s%s^", name, p.line, p.column, hideSecrets(p.text), number, text,
		strings.Repeat(" ", len(number)), pad)
}

// hideSecrets removes passwords from a line before it is shown.
func hideSecrets(line string) string {
	line = regexp.MustCompile(`(://[^:/@\s]*:)[^\s]*@`).ReplaceAllString(line, "$1***@")
	return regexp.MustCompile(`(?i)(\w*(?:password|passwd|secret|token|api_?key|credential)\w*["']?\s*:\s*)\S.*`).ReplaceAllString(line, "$1***")
}

// Problem returns a usage failure about the value of a key ("database.service"), with its line and caret if the key
// is in the file; format and args are fmt.Errorf's.
func (c *Config) Problem(key, hint, format string, args ...any) *report.Failure {
	if !c.Has(key) {
		return report.Fail(report.KindUsage, hint, format, args...)
	}
	at := c.source.tokens[key].Position
	text := c.source.show(nameIn(c.Dir), problem{line: at.Line, column: at.Column, text: fmt.Sprintf(format, args...)})
	return &report.Failure{Kind: report.KindUsage, Hint: hint, Err: errors.New(text)}
}
