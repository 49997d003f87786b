package report

import (
	"fmt"
	"image/color"
	"io"
	"strings"

	"charm.land/lipgloss/v2"
)

// TextOptions control the layout of text for people.
type TextOptions struct {
	// Width is the number of columns; 0 means that no line is wrapped.
	Width int
	// Color adds ANSI colours; without it there are no escape sequences.
	Color bool
	// Verbose shows what is otherwise folded: each check that passed, each ignored difference, each step, and all of long
	// lists, texts and files.
	Verbose bool
	// File is the content of the written file, to be shown; nil shows only its path.
	File []byte
	// Watched leaves out what comes next: a watch says that itself.
	Watched bool
	// Place is where the person stands: files are named from there.
	Place Place
}

// minWidth is the narrowest layout; narrower terminals wrap by themselves.
const minWidth = 20

// page collects lines and writes them at once, so that a layout error leaves nothing half-written.
type page struct {
	TextOptions
	limit limit
	text  strings.Builder
}

func newPage(o TextOptions) *page {
	if o.Width > 0 && o.Width < minWidth {
		o.Width = minWidth
	}
	return &page{TextOptions: o, limit: limits()[0]}
}

func (p *page) writeTo(w io.Writer) error {
	if _, err := io.WriteString(w, p.text.String()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// line writes a line unchanged.
func (p *page) line(s string) {
	p.text.WriteString(strings.TrimRight(s, " ") + "\n")
}

func (p *page) blank() { p.text.WriteString("\n") }

// wrap writes text after a prefix, wrapped at the width, with the following lines indented by indent columns.
func (p *page) wrap(prefix string, indent int, text string) {
	p.hang(prefix, indent, p.broken(text, indent))
}

// hang writes lines, the first after a prefix and the others indented.
func (p *page) hang(prefix string, indent int, lines []string) {
	for i, l := range lines {
		if i > 0 {
			prefix = strings.Repeat(" ", indent)
		}
		p.line(prefix + l)
	}
}

// say writes prose like wrap, with files named from where the person stands.
func (p *page) say(prefix string, indent int, text string) {
	p.wrap(prefix, indent, p.Place.Text(text))
}

func (p *page) broken(text string, indent int) []string {
	width := 0
	if p.Width > 0 {
		width = max(p.Width-indent, minWidth/2)
	}
	return Wrap(Printable(text), width)
}

// code writes lines meant to be pasted: never wrapped, never cut.
func (p *page) code(indent int, lines []string) {
	pad := strings.Repeat(" ", indent)
	for _, l := range lines {
		p.line(pad + p.paint(cyan, Printable(l)))
	}
}

// The colours are the terminal's own sixteen, so that they match its background.
const (
	red     = "1"
	green   = "2"
	yellow  = "3"
	blue    = "4"
	magenta = "5"
	cyan    = "6"
)

// paint colours a piece of one line.
func (p *page) paint(col, s string) string {
	if !p.Color || s == "" {
		return s
	}
	return tint(lipgloss.Color(col)).Render(s)
}

func tint(c color.Color) lipgloss.Style {
	return lipgloss.NewStyle().Foreground(c).TabWidth(lipgloss.NoTabConversion)
}

func (p *page) bold(s string) string {
	if !p.Color || s == "" {
		return s
	}
	return lipgloss.NewStyle().Bold(true).Render(s)
}

func (p *page) faint(s string) string {
	if !p.Color || s == "" {
		return s
	}
	return lipgloss.NewStyle().Faint(true).Render(s)
}
