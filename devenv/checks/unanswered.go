package checks

import (
	"strings"

	"devenv/devenv/report"
)

// Unanswered is why a trial gave no answer about the migration: its database was killed, its connection lost, its time
// or the disk's space over.
type Unanswered struct {
	// Reason is one line, Hint what to do, Output the last lines of the program that was ended.
	Reason, Hint string
	Output       []string
}

// UnansweredBy returns how a check is not answered because of an error.
func UnansweredBy(err error) Unanswered {
	return Unanswered{
		Reason: strings.Join(strings.Fields(err.Error()), " "), Hint: report.HintOf(err), Output: report.OutputOf(err),
	}
}

// Lost returns every registered check as not answered, for the same reason, apart from those that were not asked.
func Lost(u Unanswered, s Selection) []report.Check {
	answers := make([]report.Check, 0, len(All()))
	for _, c := range All() {
		off := s.Off(c.ID)
		answer := report.Check{ID: c.ID, Status: report.StatusSkip, Summary: off, LeftOut: off != "", Evidence: []report.Evidence{}}
		if off == "" {
			finding := u.finding()
			answer.Summary, answer.Hint, answer.Evidence = finding.Summary, finding.Hint, finding.Evidence
			answer.Unanswered = s.decisive(c)
			answer.Missed = !answer.Unanswered
		}
		answers = append(answers, answer)
	}
	return answers
}

// finding returns the finding of a check whose trial was not answered: no fault, and no clean bill either.
func (u Unanswered) finding() Finding {
	finding := unasked("not answered: "+u.Reason, report.Evidence{Message: u.Reason, Detail: strings.Join(u.Output, "\n")})
	finding.Hint, finding.unanswered = u.Hint, true
	return finding
}

// decisive reports whether a check could have failed the run: without its answer nobody knows that the migration is
// sound.
func (s Selection) decisive(c Check) bool {
	severity := s.severity(c)
	return severity == report.StatusFail || s.Strict && severity == report.StatusWarn
}
