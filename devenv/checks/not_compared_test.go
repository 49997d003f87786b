package checks

import (
	"strings"
	"testing"

	"devenv/devenv/database/catalog"
)

func TestAnswersNameWhatTheyDoNotCompare(t *testing.T) {
	t.Parallel()
	agreed := Facts{Outcomes: Outcomes{
		NotCompared: []string{"cast:(text AS integer)", "operator:public.===(text,text)"},
		Seeded:      Outcome{Ran: true}, Stepwise: StepwiseOutcome{Compared: true},
		Reverse: ReverseOutcome{Down: Outcome{Ran: true}, SchemaRead: true}, Models: ModelsOutcome{Ran: true},
	}}
	differing := agreed
	differing.Reverse.Differences = []catalog.Difference{{Object: "table:public.t"}}
	differing.Models.Differences, differing.Stepwise.Differences = differing.Reverse.Differences, differing.Reverse.Differences
	everything := agreed
	everything.NotCompared = nil
	const named = "the definition of cast:(text AS integer) is not compared (and 1 more)"
	for _, c := range []Check{reverseSchema(), applyStepwise(), driftCatalog()} {
		for _, f := range []Facts{agreed, differing} {
			if got := c.Judge(&f).Summary; !strings.Contains(got, named) {
				t.Errorf("%s: %q does not say %q", c.ID, got, named)
			}
		}
		if got := c.Judge(&everything).Summary; strings.Contains(got, "not compared") {
			t.Errorf("%s: %q, though everything was compared", c.ID, got)
		}
		if got := c.Judge(&Facts{Outcomes: Outcomes{NotCompared: agreed.NotCompared}}).Summary; strings.Contains(got, named) {
			t.Errorf("%s was not asked, and says %q", c.ID, got)
		}
	}
}
