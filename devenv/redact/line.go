package redact

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Private keys; the lines between these two markers are the secret.
var (
	pemBegin = regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----`)
	pemEnd   = regexp.MustCompile(`-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----`)
	pemBlock = regexp.MustCompile(`(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----`)
	keyRun   = regexp.MustCompile(`[A-Za-z0-9+/]{16}`)
	pemLine  = regexp.MustCompile(`^\W*(?:[A-Za-z0-9+/=]{24,}|[A-Za-z0-9+/]*[0-9+/=][A-Za-z0-9+/=]*)\W*$`)
)

// lines redacts consecutive lines: a private key, or a secret cut by a line's end, continues in the next line.
type lines struct {
	index *index
	rules *rules
	key   bool   // within a private key
	rest  string // of a secret that began in the previous line
	// names caches which names in earlier lines are secrets' names.
	names map[string]bool
}

// next returns a line without secrets. It also finds secrets with colours or invisible characters in them, since
// these are not part of the secret; such a line is then returned without them.
func (l *lines) next(s string) string {
	before := *l
	clean := l.plain(s)
	seen := visible(s)
	if seen == s {
		return clean
	}
	again := before
	if bare := again.plain(seen); bare != seen && bare != visible(clean) {
		*l = again
		return bare
	}
	return clean
}

// visible returns a line without what a terminal does not show.
func visible(s string) string {
	hidden := func(c rune) bool { return c != '\t' && (unicode.IsControl(c) || unicode.Is(unicode.Cf, c)) }
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	return strings.Map(func(c rune) rune {
		if hidden(c) {
			return -1
		}
		return c
	}, ansi.Strip(s))
}

// plain returns a line without its secrets, in as many passes as needed: removing one may leave another on its own.
func (l *lines) plain(s string) string {
	spans := l.continued(s)
	for range 8 {
		found, rest := l.index.find(s)
		if rest != "" {
			l.rest = rest
		}
		spans = append(spans, found...)
		spans = append(spans, l.rules.find(s)...)
		spans = append(spans, l.credentials(s)...)
		spans = append(spans, l.encoded(s)...)
		clean := without(s, spans)
		if clean == s {
			break
		}
		s, spans = clean, nil
	}
	return s
}

// continued returns the parts of a line that belong to a secret begun in an earlier line.
func (l *lines) continued(s string) (spans []span) {
	start := len(s) - len(strings.TrimLeft(s, " \t│|"))
	if rest := l.rest; rest != "" {
		l.rest = ""
		switch end := strings.TrimRight(s[start:], " \t│|"); {
		case strings.HasPrefix(s[start:], rest):
			spans = append(spans, span{start, start + len(rest)})
		case len(end) >= shortest && strings.HasPrefix(rest, end):
			spans, l.rest = append(spans, span{start, start + len(end)}), rest[len(end):]
		}
	}
	at := 0
	if begin := pemBegin.FindStringIndex(s); begin != nil {
		l.key, at = true, begin[1]
	}
	if !l.key {
		return spans
	}
	if end := pemEnd.FindStringIndex(s[at:]); end != nil {
		l.key = false
		return append(spans, span{at, at + end[0]})
	}
	if at > 0 && !keyRun.MatchString(s[at:]) {
		return spans // the key begins in the next line
	}
	if l.key = at > 0 || pemLine.MatchString(s); l.key {
		spans = append(spans, span{max(at, min(start, len(s))), len(s)})
	}
	return spans
}

// without returns a line with marks in place of its spans.
func without(s string, spans []span) string {
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	var b strings.Builder
	at := 0
	for _, p := range spans {
		if p.from >= p.to || p.to <= at {
			continue
		}
		if p.from >= at {
			b.WriteString(s[at:p.from])
			b.WriteString(Mark)
		}
		at = p.to
	}
	b.WriteString(s[at:])
	return b.String()
}
