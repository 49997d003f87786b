package terminal

import (
	"fmt"
	"strings"

	"devenv/devenv/report"
)

// mostProposed is how many operations of a new revision are shown at once; the report shows the whole file.
const mostProposed = 12

// proposed shows the operations of a new revision.
func (t *Terminal) proposed(e report.Proposed) {
	shown, folded := e.Operations, 0
	if !t.o.Verbose && len(shown) > mostProposed {
		shown, folded = shown[:mostProposed], len(shown)-mostProposed
	}
	lead := strings.Repeat(" ", leadWidth)
	var lines []string
	for _, operation := range shown {
		lines = append(lines, t.hang(lead+report.PrintableLine(operation), leadWidth+2)...)
	}
	if folded > 0 {
		lines = append(lines, lead+t.faint(fmt.Sprintf("… %d more", folded)))
	}
	t.print(lines)
}

// checked shows what a check found wrong, once it is certain. The report shows its evidence, and what to do.
func (t *Terminal) checked(c report.Check) {
	var s sign
	switch c.Status {
	case report.StatusFail:
		s = sign{"✗", red}
	case report.StatusWarn:
		s = sign{"!", yellow}
	default:
		return
	}
	lead := t.paint(s.color, s.text) + strings.Repeat(" ", leadWidth-1)
	t.print(t.hang(lead+c.ID+"  "+t.o.Place.Text(report.PrintableLine(c.Summary)), leadWidth))
}

// judged shows the verdict on the base's data.
func (t *Terminal) judged(e report.Judged) {
	s, verdict := sign{"✓", green}, report.Worst(e.Checks)
	switch {
	case verdict == report.VerdictNone:
		return
	case verdict == report.VerdictFail, len(report.Unanswered(e.Checks)) > 0:
		s = sign{"✗", red}
	case verdict == report.VerdictWarn:
		s = sign{"!", yellow}
	}
	t.print(t.hang(t.lead(s, e.At)+e.String(), leadWidth))
}
