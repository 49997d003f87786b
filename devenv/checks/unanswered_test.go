package checks

import (
	"strings"
	"testing"

	"devenv/devenv/report"
)

func TestUnansweredChecksAreSkippedWithTheReason(t *testing.T) {
	t.Parallel()
	lost := Unanswered{Reason: "the database's container was ended with SIGKILL", Hint: "run it again", Output: []string{"FATAL"}}
	for name, c := range map[string]struct {
		change    func(*Facts)
		selection Selection
		id        string
		status    report.Status
		decisive  bool
	}{
		"nothing was found": {
			func(f *Facts) { f.Scratch, f.Unanswered = Outcome{}, map[Trial]Unanswered{TrialScratch: lost} },
			Selection{},
			"apply.scratch", report.StatusSkip, true,
		},
		"half of it was found to be clean": {
			func(f *Facts) { f.Unanswered = map[Trial]Unanswered{TrialRepeat: lost} },
			Selection{},
			"data.changed", report.StatusSkip, false,
		},
		"a fault was found all the same": {
			func(f *Facts) {
				f.Seeded.Failure, f.Unanswered = notNull(), map[Trial]Unanswered{TrialScratch: lost}
			},
			Selection{},
			"apply.seeded", report.StatusFail, false,
		},
		"it would only warn": {
			func(f *Facts) { f.Base, f.Unanswered = StartOutcome{}, map[Trial]Unanswered{TrialStartBase: lost} },
			Selection{},
			"start.base", report.StatusSkip, false,
		},
		"a warning counts": {
			func(f *Facts) { f.Base, f.Unanswered = StartOutcome{}, map[Trial]Unanswered{TrialStartBase: lost} },
			Selection{Strict: true},
			"start.base", report.StatusSkip, true,
		},
		"the configuration makes it fail": {
			func(f *Facts) { f.Base, f.Unanswered = StartOutcome{}, map[Trial]Unanswered{TrialStartBase: lost} },
			Selection{Severities: map[string]string{"start.base": "fail"}},
			"start.base", report.StatusSkip, true,
		},
	} {
		got := answers(ready(c.change), c.selection)[c.id]
		if got.Status != c.status || got.Unanswered != c.decisive || got.Missed != (got.Status == report.StatusSkip && !c.decisive) {
			t.Errorf("%s: %s is %s, unanswered %v: %s", name, c.id, got.Status, got.Unanswered, got.Summary)
		}
		if c.status == report.StatusSkip && (got.Summary != "not answered: "+lost.Reason || got.Hint != "run it again" ||
			len(got.Evidence) != 1 || !strings.Contains(got.Evidence[0].Detail, "FATAL")) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestWithoutAnyTrialEveryCheckIsUnanswered(t *testing.T) {
	t.Parallel()
	err := report.FailMachine("run it again", "on develop, start the database:\nit was killed")
	answers := map[string]report.Check{}
	for _, c := range Lost(UnansweredBy(err), Selection{Skip: []string{"data.*"}}) {
		answers[c.ID] = c
	}
	if len(answers) != len(All()) {
		t.Errorf("%d of %d checks are listed", len(answers), len(All()))
	}
	for id, want := range map[string]report.Check{
		"apply.seeded": {Summary: "not answered: on develop, start the database: it was killed", Unanswered: true},
		"start.base":   {Summary: "not answered: on develop, start the database: it was killed"},
		"data.lost":    {Summary: "left out by --skip"},
	} {
		if got := answers[id]; got.Status != report.StatusSkip || got.Summary != want.Summary || got.Unanswered != want.Unanswered {
			t.Errorf("%s is %s, unanswered %v: %s", id, got.Status, got.Unanswered, got.Summary)
		}
	}
}
