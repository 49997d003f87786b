package checks

import (
	"strings"
	"testing"

	"devenv/migrations"
)

func TestHeadsAreNotCountedInAGraphThatMakesHeadsOfWhatIsNone(t *testing.T) {
	for kind, want := range map[migrations.ProblemKind]Answer{
		migrations.ProblemDuplicate: Unasked, migrations.ProblemParent: Unasked, migrations.ProblemCycle: Unasked,
		migrations.ProblemLongID: Clean, migrations.ProblemBroken: Clean, migrations.ProblemImport: Clean,
	} {
		f := ready(func(f *Facts) {
			f.History.Problems = []migrations.Problem{{Kind: kind, Revision: "3f2a", Message: "wrong"}}
		})
		if got := judgeHeads(&f); got.Answer != want {
			t.Errorf("%s: %d %s", kind, got.Answer, got.Summary)
		}
	}
}

func TestADriftOfTheModelsIsMendedInTheRevisionOrInANewOne(t *testing.T) {
	f := ready(func(f *Facts) {
		f.Drift.Operations = []migrations.Operation{{Kind: migrations.AddColumn, Object: "column:public.users.x", Rendered: "op.add_column(…)"}}
	})
	if hint := judgeDrift(&f).Hint; !strings.Contains(hint, "op.add_column(…)") {
		t.Errorf("with a revision: %s", hint)
	}
	f.Revisions = nil
	if hint := judgeDrift(&f).Hint; !strings.Contains(hint, "devenv new-migration") {
		t.Errorf("without one: %s", hint)
	}
}

func TestAMoveIsBrokenByARowThatFailedIt(t *testing.T) {
	for want, tried := range map[bool][]WitnessTrial{false: {{}, {}}, true: {{}, {Failure: notNull()}}} {
		if got := (WitnessOutcome{Tried: tried}).Broken(); got != want {
			t.Errorf("%+v: %v", tried, got)
		}
	}
}
