package checks

import (
	"strings"
	"testing"

	"devenv/migrations"
)

func TestAnAnswerFromScratchSaysSo(t *testing.T) {
	t.Parallel()
	const said = "tried on a schema made from scratch"
	drifted := DriftOutcome{
		Outcome: Outcome{Ran: true}, Operations: []migrations.Operation{{Kind: "add_column", Object: "column:public.teams.motto"}},
	}
	back := ReverseOutcome{Down: Outcome{Ran: true}, Again: Outcome{Ran: true}, SchemaRead: true}
	f := Facts{
		Outcomes: Outcomes{
			Seeded: Outcome{Ran: true, Failure: &migrations.Failure{}}, Drift: drifted, Models: ModelsOutcome{Ran: true}, Reverse: back,
		},
	}
	for _, c := range []Check{driftModels(), driftCatalog(), reverseApplies(), reverseSchema(), reverseAgain()} {
		if got := c.Judge(&f).Summary; strings.Contains(got, said) {
			t.Errorf("%s of the base's data: %q", c.ID, got)
		}
		scratch := f
		scratch.Drift.FromScratch, scratch.Reverse.FromScratch = true, true
		if on := c.Judge(&scratch).On; on != "a schema made from scratch" {
			t.Errorf("%s from scratch is of %q", c.ID, on)
		}
		if got := c.Judge(&scratch).Summary; !strings.Contains(got, said) || strings.Contains(got, "with data in place") {
			t.Errorf("%s from scratch: %q", c.ID, got)
		}
		scratch.Unanswered = map[Trial]Unanswered{TrialSeeded: {Reason: "it was killed"}}
		if got := c.Judge(&scratch).Summary; !strings.Contains(got, "was not answered") || strings.Contains(got, "reach the head") {
			t.Errorf("%s, after the upgrade was not answered: %q", c.ID, got)
		}
		broken := Facts{Change: Change{NothingToTry: "it is broken"}}
		broken.Drift.FromScratch, broken.Reverse.FromScratch = true, true
		if got := c.Judge(&broken).Summary; got != "it is broken" {
			t.Errorf("%s was not asked, and says %q", c.ID, got)
		}
	}
}
