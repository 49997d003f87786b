package checks

import (
	"strings"
	"testing"

	"devenv/devenv/database/data"
	"devenv/devenv/database/writes"
	"devenv/devenv/report"
	"devenv/migrations"
)

// The tests in this file are for changes of the judgements that no other test on recorded facts would notice.

func TestRowsThatAreGoneAreLost(t *testing.T) {
	f := ready(func(f *Facts) {
		f.Data.Changes = []data.Change{{Table: "public.users", Kind: data.RowsLost, Before: 4, After: 1}}
	})
	if a := answers(f, Selection{})["data.lost"]; a.Status != report.StatusFail || !strings.Contains(a.Summary, "3 of 4 rows of users are lost") {
		t.Errorf("%s: %s", a.Status, a.Summary)
	}
}

func TestWhatOnlyOldCodeWritesBreaksNoWrite(t *testing.T) {
	old := SmokeWrite{Failed: writes.Failed{
		Table: "public.users", SQLState: "23502", Message: `null value in column "tenant"`, Broken: true, Old: true,
	}}
	other := answers(ready(func(f *Facts) { f.Smoke.Tables, f.Smoke.Written, f.Smoke.Writes = 1, 1, []SmokeWrite{old} }), Selection{})
	if smoke, told := other["write.smoke"]; told || other["start.base"].Status != report.StatusWarn {
		t.Errorf("write.smoke is %s: %s; start.base is %s", smoke.Status, smoke.Summary, other["start.base"].Status)
	}
}

func TestAnUnneededWaiverIsNamedBesideUnaskedOnes(t *testing.T) {
	f := ready(func(f *Facts) {
		f.Data = DataOutcome{} // so that nobody can tell what is lost
		f.Revisions[0].Waivers = []migrations.Waiver{
			{ID: "history.single", Reason: "once", Line: 3}, {ID: "data.lost", Object: "public.users.legacy", Reason: "old", Line: 4},
		}
	})
	a := answers(f, Selection{})["waiver.unused"]
	if a.Status != report.StatusWarn || len(a.Evidence) != 1 || a.Evidence[0].Line != 3 {
		t.Errorf("%s: %s %+v", a.Status, a.Summary, a.Evidence)
	}
}
