package report

import (
	"fmt"
	"strings"
)

// passed tells the checks that passed in one line, or each in its own with -v.
func (p *page) passed(checks []Check) {
	var ids []string
	for i := range checks {
		if checks[i].Status == StatusPass && checks[i].Waived == "" {
			ids = append(ids, checks[i].ID)
		}
	}
	if len(ids) == 0 {
		return
	}
	p.blank()
	if !p.Verbose {
		p.wrap(p.paint(green, "✓")+" ", 2, fmt.Sprintf("%d passed: %s", len(ids), strings.Join(ids, ", ")))
		return
	}
	for i := range checks {
		if c := &checks[i]; c.Status == StatusPass && c.Waived == "" {
			p.wrap(p.paint(green, "✓")+" ", 2, named(c.ID, c.Summary))
		}
	}
}

func (p *page) waived(checks []Check) {
	for i := range checks {
		if c := &checks[i]; c.Waived != "" {
			p.wrap(p.paint(yellow, "~")+" ", 2, fmt.Sprintf("%s is waived: %s", named(c.ID, c.Summary), c.Waived))
		}
	}
}

func (p *page) skipped(checks []Check) {
	reasons, ids := skipsByReason(checks)
	for _, reason := range reasons {
		p.wrap(p.faint("-")+" ", 2, named("skipped "+strings.Join(ids[reason], ", "), reason))
	}
}

// skipsByReason groups the ids of the checks that were skipped; reasons are in the order of the checks.
func skipsByReason(checks []Check) (reasons []string, ids map[string][]string) {
	ids = map[string][]string{}
	for i := range checks {
		c := &checks[i]
		if c.Status != StatusSkip {
			continue
		}
		if _, known := ids[c.Summary]; !known {
			reasons = append(reasons, c.Summary)
		}
		ids[c.Summary] = append(ids[c.Summary], c.ID)
	}
	return reasons, ids
}

func named(name, text string) string {
	if text == "" {
		return name
	}
	return name + ": " + text
}
