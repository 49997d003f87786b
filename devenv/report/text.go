package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// WriteText writes the report for people: what the verdict means, the file, each check that failed or warns with the
// evidence and what to do, the others folded, and the next step. It does not show the document's error; WriteFailure
// does.
func WriteText(w io.Writer, d *Document, o TextOptions) error {
	var p *page
	for _, l := range limits() {
		if p = pageOf(d, o, l); o.Verbose || strings.Count(p.text.String(), "\n") <= twoScreens+min(linesOfFile, strings.Count(string(o.File), "\n")) {
			break
		}
	}
	return p.writeTo(w)
}

// pageOf lays the report out.
func pageOf(d *Document, o TextOptions, l limit) *page {
	p := newPage(o)
	p.limit = l
	p.headline(d)
	p.files(d)
	p.checks(d)
	if !skipped(d.Checks, "drift.models") { // else nothing was compared
		p.noise(d.Noise)
	}
	p.notes(d.Notes)
	if o.Verbose {
		p.steps(d.Steps)
	}
	p.timings(d)
	if !o.Watched {
		p.next(d)
	}
	return p
}

// headline tells in one sentence what the verdict means.
func (p *page) headline(d *Document) {
	sign, col := verdictSign(d)
	text := headlineOf(d)
	if d.MS > 0 {
		text += fmt.Sprintf(" (%s)", Elapsed(time.Duration(d.MS)*time.Millisecond))
	}
	for i, l := range p.broken(text, 2) {
		if i == 0 {
			p.line(p.paint(col, sign) + " " + p.bold(l))
			continue
		}
		p.line("  " + p.bold(l))
	}
}

func verdictSign(d *Document) (sign, col string) {
	switch {
	case d.Verdict == VerdictPass:
		return "✓", green
	case d.Verdict == VerdictWarn:
		return "!", yellow
	case d.Verdict == VerdictFail, d.Error != nil:
		return "✗", red
	default:
		return "·", cyan
	}
}

func headlineOf(d *Document) string {
	n := countChecks(d.Checks)
	subject := subjectOf(d)
	switch {
	case len(Unanswered(d.Checks)) > 0:
		return unprovedHeadline(subject, d.Checks)
	case len(d.Revisions) == 0 && failed(d.Checks, "history.parent"):
		return fmt.Sprintf("The history of migrations is broken: %s.", n)
	case len(d.Revisions) == 0 && (d.Verdict == VerdictWarn || d.Verdict == VerdictFail):
		return fmt.Sprintf("The branch adds no migration, and something is wrong: %s.", n)
	case d.Verdict == VerdictPass && !upgrades(d.Checks):
		return fmt.Sprintf("Nothing wrong was found, but the upgrade was not judged: %s.", n)
	case d.Verdict == VerdictPass:
		return soundHeadline(subject, n, lacksRows(d.Checks))
	case d.Verdict == VerdictWarn && !upgrades(d.Checks):
		return fmt.Sprintf("Review the migration first; its upgrade was not judged: %s.", n)
	case d.Verdict == VerdictWarn:
		return fmt.Sprintf("%s works, but review it first: %s.", subject, n)
	case d.Verdict == VerdictFail:
		return fmt.Sprintf("%s is faulty: %s.", subject, n)
	case d.Error != nil:
		return "No verdict: the run ended with an error."
	case len(d.Files) > 0:
		return "The migration is written, but not verified."
	case len(d.Proposed) > 0:
		return "The migration is neither written nor verified."
	case len(d.Revisions) > 0:
		return "The branch's migration is not verified."
	}
	return noMigrationHeadline(d)
}

// soundHeadline returns the headline if nothing was found, with all that was not tried.
func soundHeadline(subject string, n tally, noRows bool) string {
	text := subject + " is sound"
	if noRows {
		text = subject + " works"
	}
	switch {
	case n.leftOut > 0 && n.missed > 0:
		text += " as far as was asked and answered"
	case n.leftOut > 0:
		text += " as far as was asked"
	case n.missed > 0:
		text += " as far as was answered"
	}
	if n.waived > 0 {
		text += " but for what is waived"
	}
	if noRows {
		text += ", on a base without rows"
	}
	text += ": " + n.String()
	if n.leftOut > 0 {
		text += fmt.Sprintf(", %d left out", n.leftOut)
	}
	return text + "."
}

// subjectOf returns what the verdict is about: the migration that the run wrote, the one that it would have written, or
// those that the branch has.
func subjectOf(d *Document) string {
	switch {
	case addedPath(d.Files) != "":
		return "The migration"
	case addedPath(d.Proposed) != "":
		return "The proposed migration"
	default:
		return "The branch's migration"
	}
}

// unprovedHeadline returns the headline if the machine kept checks from being answered: why, and what to do. A fault
// that was found all the same comes first.
func unprovedHeadline(subject string, checks []Check) string {
	lost := Unanswered(checks)
	text := subject + " is not proved: "
	if n := countChecks(checks); n.fail > 0 {
		text = fmt.Sprintf("%s is faulty (%s), and not proved otherwise: ", subject, n)
	}
	text += lost[0].ID
	verb := " was "
	if n := len(lost) - 1; n > 0 {
		text += " and " + Count(n, "other check")
		verb = " were "
	}
	text += verb + strings.TrimSuffix(lost[0].Summary, ".") + "."
	if todo, _, _ := strings.Cut(lost[0].Hint, "\n"); todo != "" {
		text += " " + strings.ToUpper(todo[:1]) + strings.TrimSuffix(todo[1:], ".") + "."
	}
	return text
}

// upgrades reports whether the upgrade of the base's data was judged: without that, nobody knows whether a migration
// works.
func upgrades(checks []Check) bool {
	return slices.ContainsFunc(checks, func(c Check) bool { return c.ID == "apply.seeded" && c.Status != StatusSkip })
}

// failed reports whether a check found something that is not allowed.
func failed(checks []Check, id string) bool {
	return slices.ContainsFunc(checks, func(c Check) bool { return c.ID == id && c.Status == StatusFail })
}

// skipped reports whether a check was not answered.
func skipped(checks []Check, id string) bool {
	return slices.ContainsFunc(checks, func(c Check) bool { return c.ID == id && c.Status == StatusSkip })
}

// lacksRows reports whether nothing could be lost, although the upgrade was judged.
func lacksRows(checks []Check) bool {
	return slices.ContainsFunc(checks, func(c Check) bool { return c.ID == "data.lost" && c.Status == StatusSkip && !c.LeftOut && !c.Missed })
}

// noMigrationHeadline returns the headline if there is no migration; it claims no more than was compared.
func noMigrationHeadline(d *Document) string {
	if why := skippedFor(d.Checks); why != "" {
		return strings.ToUpper(why[:1]) + why[1:] + "."
	}
	said := "The branch adds no migration"
	for i := range d.Checks {
		if c := &d.Checks[i]; c.ID == "drift.models" && c.Status == StatusPass && c.Waived == "" {
			if len(d.Noise) > 0 {
				return said + ", and its models differ from the database only as the base's do."
			}
			said += ", and its models and the database agree"
		}
	}
	return said + "."
}

// skippedFor returns the reason if all checks were skipped for the same one, else an empty string.
func skippedFor(checks []Check) string {
	for i := range checks {
		if checks[i].Status != StatusSkip || checks[i].Summary != checks[0].Summary {
			return ""
		}
	}
	if len(checks) == 0 {
		return ""
	}
	return checks[0].Summary
}

// tally counts checks by their result. A waived one found something, so it has not passed.
type tally struct{ fail, warn, pass, waived, missed, leftOut int }

func countChecks(checks []Check) tally {
	var t tally
	for i := range checks {
		switch c := &checks[i]; {
		case c.Status == StatusFail:
			t.fail++
		case c.Status == StatusWarn:
			t.warn++
		case c.Waived != "":
			t.waived++
		case c.Status == StatusPass:
			t.pass++
		case c.LeftOut:
			t.leftOut++
		case c.Missed:
			t.missed++
		}
	}
	return t
}

// String returns "1 check failed, 2 warn, 9 passed", without zero counts.
func (t tally) String() string {
	var parts []string
	add := func(n int, one, many string) {
		if n == 0 {
			return
		}
		noun := ""
		if len(parts) == 0 {
			noun = strings.TrimPrefix(Count(n, "check"), fmt.Sprint(n))
		}
		verb := many
		if n == 1 {
			verb = one
		}
		parts = append(parts, fmt.Sprintf("%d%s %s", n, noun, verb))
	}
	add(t.fail, "failed", "failed")
	add(t.warn, "warns", "warn")
	add(t.pass, "passed", "passed")
	add(t.waived, "waived", "waived")
	add(t.missed, "not answered", "not answered")
	return strings.Join(parts, ", ")
}

// Elapsed formats a duration for people, in at most six columns below 100 minutes: "0.4s", "12s", "2m05s".
func Elapsed(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	default:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
}
