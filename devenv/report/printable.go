package report

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Printable makes text from outside (rows, messages, names, logs, files) safe to show. It removes what could control
// a terminal: escape sequences and control characters except line ends; a tab becomes spaces. It shows invisible
// characters that change how the rest reads (writing direction, zero width) as their code, \u202e. It is idempotent.
func Printable(s string) string {
	if plainText(s) {
		return s
	}
	s = strings.ReplaceAll(escapeSequences().ReplaceAllString(s, ""), "\t", "    ")
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n', !hidden(r) && !unicode.IsControl(r):
			b.WriteRune(r)
		case hidden(r):
			b.WriteString(escapedRune(r))
		}
	}
	return b.String()
}

// PrintableLine returns Printable for text shown on one line. Of a progress bar, which returns to the line's start,
// it keeps only what was written last.
func PrintableLine(s string) string { return strings.ReplaceAll(Printable(lastWritten(s)), "\n", " ") }

// ColoredLine returns PrintableLine with the text's colours and styles, which end with the line.
func ColoredLine(s string) string {
	s = lastWritten(s)
	styles := regexp.MustCompile(`\x1b\[[0-9;:]*m`)
	found := styles.FindAllStringIndex(s, -1)
	if len(found) == 0 {
		return PrintableLine(s)
	}
	var b strings.Builder
	at := 0
	for _, style := range found {
		b.WriteString(PrintableLine(s[at:style[0]]) + s[style[0]:style[1]])
		at = style[1]
	}
	return b.String() + PrintableLine(s[at:]) + "\x1b[m"
}

// lastWritten returns what a line shows in the end.
func lastWritten(s string) string {
	s = strings.TrimRight(s, "\r\n")
	return s[strings.LastIndexByte(s, '\r')+1:]
}

// plainText is a fast path for most texts.
func plainText(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r != '\n' && (r < ' ' || r >= 0x7f) }) < 0
}

// escapeSequences matches the escape sequences of ECMA-48: with parameters (CSI), with a text that ends on the same
// line (OSC, DCS and the like), and short ones. Of a sequence whose text never ends, only the introducer matches, so
// that the rest of the line is not lost.
func escapeSequences() *regexp.Regexp {
	return regexp.MustCompile(`\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]`)
}

// hidden reports whether a character is invisible but changes how others are displayed.
func hidden(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) }

// escapedRune escapes a character as JSON and Go do, as two UTF-16 units if one is not enough.
func escapedRune(r rune) string {
	if r < 0x10000 {
		return fmt.Sprintf(`\u%04x`, r)
	}
	high, low := utf16.EncodeRune(r)
	return fmt.Sprintf(`\u%04x\u%04x`, high, low)
}
