package report

import (
	"regexp"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Wrap breaks a text into lines of at most width columns; 0 keeps its lines. It breaks only at spaces: a longer word,
// such as a path, stays whole, and so does a command to paste.
func Wrap(text string, width int) []string {
	if width > 0 {
		text = loosen(ansi.Wordwrap(tie(text), width, ""))
	}
	return strings.Split(text, "\n")
}

// Stand-ins, from the private use area, for a hyphen and a space at which lines must not be broken.
const (
	tiedHyphen = "\ue000"
	tiedSpace  = "\ue001"
)

// command matches a command to paste: after a colon, up to what explains it.
var command = regexp.MustCompile("(?m): ((?:devenv|docker|git|kill|rm) [^\n(,;]*[^\n(,; ])")

// tie keeps `text in backquotes`, commands, flags and hyphenated names on one line; loosen undoes it.
func tie(s string) string {
	parts := strings.Split(strings.ReplaceAll(s, "-", tiedHyphen), "`")
	for i := range parts {
		if i%2 == 1 && i < len(parts)-1 {
			parts[i] = tieSpaces(parts[i])
			continue
		}
		parts[i] = command.ReplaceAllStringFunc(parts[i], func(found string) string { return ": " + tieSpaces(found[len(": "):]) })
	}
	return strings.Join(parts, "`")
}

func tieSpaces(s string) string { return strings.ReplaceAll(s, " ", tiedSpace) }

func loosen(s string) string {
	return strings.NewReplacer(tiedHyphen, "-", tiedSpace, " ").Replace(s)
}
