package checks

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/forward"
	"devenv/devenv/report"
	"devenv/migrations"
)

// Evaluate runs every registered check on the facts, in order, and returns the answers with severities, waivers and
// baselines applied.
func Evaluate(facts Facts, s Selection) []report.Check {
	ledger := newLedger(facts.Revisions)
	answers := make([]report.Check, 0, len(All()))
	for _, c := range All() {
		facts.unusedWaivers, facts.waivers.of, facts.waivers.unasked = ledger.unused(), len(ledger.entries), ledger.unasked()
		answers = append(answers, judge(c, &facts, s, ledger))
	}
	return answers
}

// Known returns the answers that nothing can change any more, as Evaluate would give them: those of the checks whose
// trials are all over, and those that they await as well where these could change them. The facts of trials that still
// run are incomplete.
func Known(facts Facts, s Selection, over func(Trial) bool) []report.Check {
	ledger := newLedger(facts.Revisions)
	var answers []report.Check
	for _, c := range All() {
		open := func(t Trial) bool { return !over(t) }
		if !c.Last && !slices.ContainsFunc(c.deciding(&facts), open) {
			answers = append(answers, judge(c, &facts, s, ledger))
		}
	}
	return answers
}

// OnData reports whether a check belongs to the verdict on the base's data, which stands before any backend has started
// on the result.
func OnData(id string) bool {
	group, _, _ := strings.Cut(id, ".")
	return slices.Contains([]string{"history", "generate", "apply", "data"}, group)
}

// Skipped returns every registered check as skipped for the same reason.
func Skipped(reason string) []report.Check {
	answers := make([]report.Check, 0, len(All()))
	for _, c := range All() {
		answers = append(answers, report.Check{ID: c.ID, Status: report.StatusSkip, Summary: reason, Evidence: []report.Evidence{}})
	}
	return answers
}

func judge(c Check, facts *Facts, s Selection, ledger *ledger) report.Check {
	answer := report.Check{ID: c.ID, Evidence: []report.Evidence{}}
	if why := s.Off(c.ID); why != "" {
		answer.Status, answer.Summary, answer.LeftOut = report.StatusSkip, why, true
		return answer
	}
	finding := facts.asked(c)
	answer.Summary, answer.Hint, answer.On = finding.Summary, finding.Hint, finding.On
	answer.Unanswered = finding.unanswered && s.decisive(c)
	answer.Missed = finding.unanswered && !answer.Unanswered
	answer.MS = facts.spent(slices.Concat(c.Needs, c.Uses))
	if finding.Evidence != nil {
		answer.Evidence = finding.Evidence
	}
	switch finding.Answer {
	case Clean:
		answer.Status = report.StatusPass
		ledger.asked(c.ID)
	case Unasked:
		answer.Status = report.StatusSkip
	case Found:
		ledger.asked(c.ID)
		answer.Status = s.statusOf(c, finding)
		if left := ledger.waive(&answer); left > 0 {
			s.judgeLeft(c, facts, ledger, left, &answer)
		}
	}
	return answer
}

// statusOf returns the status of what a check found.
func (s Selection) statusOf(c Check, finding Finding) report.Status {
	if finding.AtMost == report.StatusWarn {
		return report.StatusWarn
	}
	return s.severity(c)
}

// judgeLeft judges what the waivers leave by itself, so that status, summary and hint are about that. A check that does
// not look at evidence one by one keeps what it said.
func (s Selection) judgeLeft(c Check, facts *Facts, ledger *ledger, left int, answer *report.Check) {
	rest := *facts
	rest.waived = func(e report.Evidence) bool {
		_, ok := ledger.cover(c.ID, e)
		return ok
	}
	if finding := c.Judge(&rest); finding.Answer == Found && len(finding.Evidence) == left {
		answer.Status, answer.Summary, answer.Hint = s.statusOf(c, finding), finding.Summary, finding.Hint
	}
}

// asked returns a check's finding, or why one of its trials could not run or was not answered. What the others found
// stays found.
func (f *Facts) asked(c Check) Finding {
	for _, need := range c.Needs {
		if why := f.Unable[need]; why != "" {
			return unasked(why)
		}
	}
	finding := c.Judge(f)
	for _, need := range c.Needs {
		if lost, ok := f.Unanswered[need]; ok && finding.Answer != Found {
			return lost.finding()
		}
	}
	return finding
}

// ledger records which waivers the branch's revisions carry and which of them were needed.
type ledger struct {
	entries []entry
}

type entry struct {
	revision migrations.Revision
	waiver   migrations.Waiver
	// asked is true when the waiver's check gave an answer of its own, used when the waiver changed that answer.
	asked, used bool
}

func newLedger(revisions []migrations.Revision) *ledger {
	l := &ledger{}
	for _, r := range revisions {
		for _, w := range r.Waivers {
			l.entries = append(l.entries, entry{revision: r, waiver: w})
		}
	}
	return l
}

func (l *ledger) asked(id string) {
	for i := range l.entries {
		if l.entries[i].waiver.ID == id {
			l.entries[i].asked = true
		}
	}
}

// waive turns the answer into a pass when waivers cover all of its evidence; the evidence stays in the answer. When
// they cover only some, the rest, which decides, comes first, and the summary names it or says how many are waived; it
// returns how many decide.
func (l *ledger) waive(answer *report.Check) (left int) {
	var reasons []string
	var covered, rest []report.Evidence
	evidence := answer.Evidence
	if len(evidence) == 0 {
		evidence = []report.Evidence{{}}
	}
	for _, e := range evidence {
		reason, ok := l.cover(answer.ID, e)
		if !ok {
			rest = append(rest, e)
			continue
		}
		waived := e
		waived.Detail, waived.Waived = joined(e.Detail, "waived: "+reason), reason
		covered = append(covered, waived)
		if !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	switch {
	case len(rest) == 0:
		answer.Status, answer.Waived, answer.Hint = report.StatusPass, strings.Join(reasons, "; "), ""
	case len(covered) > 0:
		answer.Summary = partlyWaived(answer.Summary, evidence, rest)
		answer.Evidence = append(rest, covered...)
		return len(rest)
	}
	return 0
}

// partlyWaived returns a summary that names the first of the rest where it named the first of all evidence. One that
// names it in another way stays, with how many are waived.
func partlyWaived(summary string, evidence, rest []report.Evidence) string {
	first := evidence[0]
	before, named := strings.CutSuffix(summary, first.Message+more(len(evidence)-1))
	about := first.Table != "" && strings.Contains(before, first.Table)
	if first.Message != "" && named && !about && (before == "" || strings.HasSuffix(before, ": ")) {
		return before + rest[0].Message + more(len(rest)-1)
	}
	return fmt.Sprintf("%s; %d of %d waived, listed last", summary, len(evidence)-len(rest), len(evidence))
}

// cover returns the reason of the waiver that covers a piece of evidence. The waiver must be in the same revision and,
// if it names an object, about the same object.
func (l *ledger) cover(id string, e report.Evidence) (string, bool) {
	for i := range l.entries {
		w := &l.entries[i]
		if w.waiver.ID != id || (e.Revision != "" && e.Revision != w.revision.ID) {
			continue
		}
		if w.waiver.Object == "" && !NeedsObject(id) || w.waiver.Object == objectOf(e) {
			w.used = true
			return w.waiver.Reason, true
		}
	}
	return "", false
}

// unused returns the waivers that were not needed although their check was asked.
func (l *ledger) unused() []report.Evidence {
	var unused []report.Evidence
	for _, e := range l.entries {
		if e.asked && !e.used {
			unused = append(unused, report.Evidence{
				Revision: e.revision.ID, File: e.revision.Path, Line: e.waiver.Line,
				Message: fmt.Sprintf("%s was not needed", e.waiver),
			})
		}
	}
	return unused
}

// unasked returns how many waivers are of checks that gave no answer.
func (l *ledger) unasked() (n int) {
	for _, e := range l.entries {
		if !e.asked {
			n++
		}
	}
	return n
}

// NeedsObject reports whether a waiver of the check must name the object it allows.
func NeedsObject(id string) bool { return strings.HasPrefix(id, "data.") || id == "drift.unintended" }

// objectOf returns what a piece of evidence is about, the way waivers write it: schema.table, schema.table.column or
// schema.view.
func objectOf(e report.Evidence) string {
	switch {
	case e.Object != "":
		return forward.Label(e.Object)
	case e.Column == "":
		return e.Table
	}
	return e.Table + "." + e.Column
}

// ValidateWaivers returns a usage failure for the first waiver that names no check or lacks its object or reason.
func (f *Facts) ValidateWaivers() error {
	for _, r := range f.Revisions {
		for _, w := range r.Waivers {
			if problem := waiverProblem(w); problem != "" {
				return report.Fail(report.KindUsage,
					"write: "+f.mender().waiver("data.lost(public.users.legacy)")+"\nthe checks are: "+strings.Join(IDs(), ", "),
					"%s:%d: waiver %q: %s", r.Path, w.Line, w.String(), problem)
			}
		}
	}
	return nil
}

func waiverProblem(w migrations.Waiver) string {
	switch {
	case !slices.Contains(IDs(), w.ID):
		return "no check has this id"
	case NeedsObject(w.ID) && w.Object == "":
		return "it must name the object it allows"
	case w.Reason == "":
		return "it must give a reason after --"
	}
	return ""
}
