package report

import (
	"fmt"
	"slices"
	"strings"
)

// passed shows the checks that passed in one line for each kind of data, or with -v each in its own line.
func (p *page) passed(checks []Check) {
	ids := map[string][]string{}
	var on []string
	for i := range checks {
		c := &checks[i]
		if c.Status != StatusPass || c.Waived != "" {
			continue
		}
		if !slices.Contains(on, c.On) {
			on = append(on, c.On)
		}
		ids[c.On] = append(ids[c.On], c.ID)
	}
	if len(on) == 0 {
		return
	}
	p.blank()
	if p.Verbose {
		p.passedEach(checks)
		return
	}
	for _, of := range on {
		text := fmt.Sprintf("%d passed", len(ids[of]))
		if of != "" {
			text += " on " + of
		}
		p.wrap(p.paint(green, "✓")+" ", 2, text+": "+strings.Join(ids[of], ", "))
	}
}

// passedEach shows each check that passed in a line of its own.
func (p *page) passedEach(checks []Check) {
	for i := range checks {
		if c := &checks[i]; c.Status == StatusPass && c.Waived == "" {
			p.say(p.paint(green, "✓")+" ", 2, named(c.ID, c.Summary))
			for j := range c.Evidence {
				p.evidence(c, j)
			}
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

// unanswered shows the checks that the machine kept from being answered, those with the same reason together.
func (p *page) unanswered(checks []Check) {
	lost := Unanswered(checks)
	reasons, ids := skipsByReason(lost)
	for _, reason := range reasons {
		first := &lost[slices.IndexFunc(lost, func(c Check) bool { return c.Summary == reason })]
		p.blank()
		p.wrap(p.paint(yellow, "?")+" ", 2, strings.Join(ids[reason], ", "))
		p.wrap("  ", 2, reason)
		for i := range first.Evidence {
			p.evidence(first, i)
		}
		p.hint(2, first.Hint)
	}
}

// answered returns the checks without those that the machine kept from being answered.
func answered(checks []Check) []Check {
	return slices.DeleteFunc(slices.Clone(checks), func(c Check) bool { return c.Unanswered })
}

func (p *page) skipped(checks []Check) {
	reasons, ids := skipsByReason(answered(checks))
	for _, reason := range reasons {
		p.wrap(p.faint("-")+" ", 2, named("skipped "+strings.Join(ids[reason], ", "), reason))
	}
}

// skipsByReason groups the ids of skipped checks by reason, with reasons in the order of the checks.
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
