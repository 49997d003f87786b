package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// twoScreens is how many lines a failing run may take besides the file, linesOfFile how many of that are shown, and
// longLine how many columns of a line.
const (
	twoScreens  = 100
	linesOfFile = 40
	longLine    = 1500
)

// limit is how much is shown of something long without -v. Pieces of evidence are shared by all findings; named is how
// many more of a finding's are named, one in a line.
type limit struct{ pieces, named, text, code int }

// limits returns what is tried until the report fits, the most generous first.
func limits() []limit {
	return []limit{{12, 10, 8, 30}, {6, 6, 4, 15}, {1, 3, 1, 5}}
}

// inFull returns how many of a finding's pieces of evidence are shown in full: at least one, and all if only one would
// be left.
func (p *page) inFull(pieces, most int) int {
	if most = max(most, 1); p.Verbose || pieces <= most+1 {
		return pieces
	}
	return most
}

// others names the pieces of evidence that are not shown in full, each distinct one in a line.
func (p *page) others(evidence []Evidence) {
	if len(evidence) == 0 {
		return
	}
	times := map[string]int{}
	var names []string
	for i := range evidence {
		name := p.brief(&evidence[i])
		if times[name]++; times[name] == 1 {
			names = append(names, name)
		}
	}
	p.line("  " + p.faint(fmt.Sprintf("and %d more (-v shows them in full):", len(evidence))))
	for i, name := range names {
		if i == p.limit.named {
			p.line(fmt.Sprintf("    … and %d others", len(names)-i))
			break
		}
		if n := times[name]; n > 1 {
			name += fmt.Sprintf(" (%d times)", n)
		}
		p.line("    " + name)
	}
}

// brief returns what a piece of evidence is about, in one line.
func (p *page) brief(e *Evidence) string {
	object, text := objectOf(e), e.Message
	if text == "" {
		text = e.Detail
	}
	text, _, _ = strings.Cut(text, "\n")
	switch {
	case text == "" && object == "":
		text = p.Place.Path(whereOf(e))
	case text == "":
		text = object
	case object != "" && !strings.Contains(text, object):
		text = object + ": " + text
	}
	if p.Width > 0 {
		text = ansi.Truncate(Printable(text), max(p.Width-len("     (99 times)"), minWidth), "…")
	}
	return Printable(text)
}

// fold returns the first lines, and how many more there are. A single line of a page's length is cut: nobody pastes a row
// of a thousand columns from a report.
func (p *page) fold(lines []string, most int) []string {
	return p.foldFrom(lines, most, most)
}

// foldOutput returns the ends of what may be a program's output, whose last lines say why it failed.
func (p *page) foldOutput(lines []string, most int) []string { return p.foldFrom(lines, most, most/4) }

// foldFrom returns as many first lines, how many are left out, and the last ones: most in all.
func (p *page) foldFrom(lines []string, most, first int) []string {
	if p.Verbose {
		return lines
	}
	for i, l := range lines {
		if ansi.StringWidth(l) > longLine {
			lines[i] = ansi.Truncate(l, longLine, "… (-v shows it whole)")
		}
	}
	if len(lines) <= most+1 {
		return lines
	}
	left := fmt.Sprintf("… %d more lines (-v shows them)", len(lines)-most)
	return slices.Concat(lines[:first], []string{left}, lines[len(lines)-most+first:])
}
