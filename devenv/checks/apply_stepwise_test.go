package checks

import (
	"strings"
	"testing"

	"devenv/migrations"
)

func TestStepsAreComparedWithOneRun(t *testing.T) {
	unsafe := &migrations.Failure{Revision: "3f2a", SQLState: "55P04", Message: "unsafe use of new value"}
	old := &migrations.Failure{Revision: "1b2c", SQLState: "42703", Message: "no column"}
	worked, failed := Outcome{Ran: true}, Outcome{Ran: true, Failure: unsafe}
	for name, c := range map[string]struct {
		seeded, scratch Outcome
		steps           StepwiseOutcome
		answer          Answer
		says            string
	}{
		"the same": {worked, worked, StepwiseOutcome{Compared: true}, Clean, "give the same schema"},
		"the data fails in one run alone": {
			failed, worked,
			StepwiseOutcome{Seeded: worked},
			Found,
			"the branch's revisions on the base's data: one revision at a time works",
		},
		"the data fails in steps alone": {
			worked, worked, StepwiseOutcome{Seeded: failed, Compared: true}, Found, "fails when revisions are applied one at a time",
		},
		"the data fails in both":                 {failed, worked, StepwiseOutcome{Seeded: failed}, Unasked, "the upgrade failed"},
		"the data fails, and is of one revision": {failed, worked, StepwiseOutcome{}, Unasked, "the upgrade failed"},
		"no upgrade":                             {Outcome{}, Outcome{}, StepwiseOutcome{}, Unasked, "not tried"},
		"the history fails in one run alone": {
			worked, failed, StepwiseOutcome{Scratch: worked}, Found, "the whole history: one revision at a time works",
		},
		"the history fails in both":   {worked, failed, StepwiseOutcome{Scratch: failed}, Unasked, "nothing to compare with"},
		"the history fails, no steps": {worked, failed, StepwiseOutcome{}, Unasked, "nothing to compare with"},
		"the base's history fails": {
			worked,
			Outcome{Ran: true, Failure: old, Baseline: old},
			StepwiseOutcome{Scratch: worked},
			Unasked,
			"the base's own history fails",
		},
		"the base's history fails, steps compared": {
			worked, Outcome{Ran: true, Failure: old, Baseline: old}, StepwiseOutcome{Compared: true}, Clean, "give the same schema",
		},
		"the history works in both": {
			worked, worked, StepwiseOutcome{Scratch: worked, Compared: true}, Clean, "give the same schema",
		},
	} {
		f := ready(func(f *Facts) { f.Seeded, f.Scratch, f.Stepwise = c.seeded, c.scratch, c.steps })
		if got := judgeStepwise(&f); got.Answer != c.answer || !strings.Contains(got.Summary, c.says) {
			t.Errorf("%s: %d %s", name, got.Answer, got.Summary)
		}
	}
}
