package report

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Printable makes text from outside (rows, messages, names, logs, files) safe to show. What could steer a terminal goes: whole
// escape sequences, and the other control characters but line ends; a tab becomes spaces. What cannot be seen and changes how
// the rest reads (directions of writing, characters without width) is shown as its number, \u202e. It is idempotent.
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

// PrintableLine returns Printable for what is shown in one line; of a progress bar, which goes back to the line's start, it is only what
// was written last.
func PrintableLine(s string) string { return strings.ReplaceAll(Printable(lastWritten(s)), "\n", " ") }

// ColoredLine returns PrintableLine with the colours and styles of the text, which end with the line.
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

// lastWritten returns what a line shows once all of it was written.
func lastWritten(s string) string {
	s = strings.TrimRight(s, "\r\n")
	return s[strings.LastIndexByte(s, '\r')+1:]
}

// plainText is a quick answer for most texts.
func plainText(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r != '\n' && (r < ' ' || r >= 0x7f) }) < 0
}

// escapeSequences returns those of ECMA-48: with parameters (CSI), with a text that ends in the same line (OSC, DCS and the like), and
// short ones. A text that nothing ends is no reason to show nothing after it: its introducer alone goes.
func escapeSequences() *regexp.Regexp {
	return regexp.MustCompile(`\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]`)
}

// hidden reports whether a character is not seen but changes how others are.
func hidden(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) }

// escapedRune writes a character as JSON and Go do, as two UTF-16 units where one does not do.
func escapedRune(r rune) string {
	if r < 0x10000 {
		return fmt.Sprintf(`\u%04x`, r)
	}
	high, low := utf16.EncodeRune(r)
	return fmt.Sprintf(`\u%04x\u%04x`, high, low)
}
