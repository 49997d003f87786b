package terminal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"devenv/devenv/report"
)

// The colours are the terminal's own sixteen, so that they suit its background.
const (
	red    = "1"
	green  = "2"
	yellow = "3"
	cyan   = "6"
)

// leadWidth is the number of columns before a step's name: sign, elapsed time, gap.
const leadWidth = 10

// outputLead is the number of columns before a program's line.
const outputLead = 5

// sign is the first column of a line, which shows a step's status.
type sign struct{ text, color string }

func signOf(e report.StepEnded) sign {
	switch e.Status {
	case report.StepFailed:
		return sign{"✗", red}
	case report.StepSkipped:
		return sign{"-", yellow}
	default:
		return sign{"✓", green}
	}
}

// lead returns what comes before a step's name.
func (t *Terminal) lead(s sign, took time.Duration) string {
	return t.paint(s.color, s.text) + t.faint(fmt.Sprintf(" %6s  ", report.Elapsed(max(took, 0))))
}

// endedLines returns one line for a step. If it failed, the end of its output follows, unless its error already carries
// that (the command line shows errors last).
func (t *Terminal) endedLines(s *step, e report.StepEnded) []string {
	detail := t.o.Place.Text(report.PrintableLine(e.Detail))
	switch {
	case detail == "" && errors.Is(e.Err, context.Canceled):
		detail = "interrupted"
	case detail == "" && e.Status == report.StepCached:
		detail = "cached"
	}
	if detail != "" {
		detail = "  " + detail
	}
	lines := t.hang(t.lead(signOf(e), e.Took)+s.name+t.faint(detail), leadWidth)
	lines = append(lines, t.foundLines(e.Found)...)
	if e.Status != report.StepFailed || errors.Is(e.Err, context.Canceled) || t.o.Verbose || len(report.OutputOf(e.Err)) > 0 {
		return lines
	}
	return append(lines, t.outputLines(s.tail)...)
}

// foundLines returns the decisions of a step, with -v.
func (t *Terminal) foundLines(found []report.Finding) []string {
	if !t.o.Verbose {
		return nil
	}
	lead := strings.Repeat(" ", leadWidth)
	var lines []string
	for _, f := range found {
		named := t.o.Place.Text(report.PrintableLine(f.What + ": " + f.Value))
		from := t.faint(t.o.Place.Text(report.PrintableLine(" (" + f.From + ")")))
		lines = append(lines, t.hang(lead+named+from, leadWidth+2)...)
	}
	return lines
}

// outputLines returns the lines of a program, set apart from devenv's own, and in full: they may be code.
func (t *Terminal) outputLines(lines []string) []string {
	out := make([]string, 0, len(lines))
	for _, l := range lines {
		for _, part := range report.Wrap(l, max(0, t.o.Width()-1-outputLead)) {
			out = append(out, "   "+t.faint("│ "+part))
		}
	}
	return out
}

// noteLines wraps a note: it appears only once and must be readable in full.
func (t *Terminal) noteLines(text string) []string {
	prefix := t.paint(cyan, "·") + " "
	return t.hang(prefix+t.o.Place.Text(report.PrintableLine(text)), 2)
}

// hang wraps a line at spaces and indents the following lines.
func (t *Terminal) hang(line string, indent int) []string {
	width := t.o.Width()
	if width <= 2*indent {
		return []string{t.fit(line)}
	}
	if ansi.StringWidth(line) < width {
		return []string{line}
	}
	lines := report.Wrap(line, width-1-indent)
	for i := range lines[1:] {
		lines[i+1] = strings.Repeat(" ", indent) + lines[i+1]
	}
	return lines
}

// fit cuts a line that will be redrawn before the last column: after a whole word, or after whole code, if one fits.
func (t *Terminal) fit(line string) string {
	const more = " …"
	width := t.o.Width()
	if width <= 1 || ansi.StringWidth(line) < width {
		return line
	}
	room := width - 1 - len([]rune(more))
	if whole := ansi.StringWidth(report.Wrap(ansi.Strip(line), room)[0]); whole > leadWidth && whole <= room {
		return ansi.Truncate(line, whole+len([]rune(more)), more)
	}
	return ansi.Truncate(line, width-1, "…")
}

func (t *Terminal) paint(color, s string) string {
	if !t.o.Color {
		return s
	}
	return lipgloss.NewStyle().Foreground(lipgloss.Color(color)).Render(s)
}

func (t *Terminal) faint(s string) string {
	if !t.o.Color || s == "" {
		return s
	}
	return lipgloss.NewStyle().Faint(true).Render(s)
}
