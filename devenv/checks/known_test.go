package checks

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/database/data"
	"devenv/devenv/report"
)

func TestKnownAnswersAreThoseOfTheEnd(t *testing.T) {
	facts := ready(func(f *Facts) { f.Seeded.Failure = notNull() })
	end := map[string]report.Check{}
	for _, c := range Evaluate(facts, Selection{}) {
		end[c.ID] = c
	}
	known := Known(facts, Selection{}, func(Trial) bool { return true })
	if len(known) != len(end)-1 {
		t.Errorf("of %d answers, %d are known", len(end), len(known))
	}
	for _, c := range known {
		if diff := cmp.Diff(end[c.ID], c); diff != "" || c.ID == "waiver.unused" {
			t.Errorf("%s (-in the end +known):\n%s", c.ID, diff)
		}
	}
}

func TestNoAnswerIsKnownBeforeItsTrialsEnd(t *testing.T) {
	over := map[Trial]bool{TrialSeeded: true, TrialData: true, TrialRenames: true, TrialNotes: true}
	var ids []string
	for _, c := range Known(ready(nil), Selection{}, func(t Trial) bool { return over[t] }) {
		ids = append(ids, c.ID)
	}
	want := []string{
		"history.heads", "history.parent", "history.edited", "history.single", "generate.rename", "apply.seeded", "data.lost", "notes",
	}
	if !slices.Equal(ids, want) {
		t.Errorf("known are %q, want %q", ids, want)
	}
}

func TestALossAwaitsTheDowngrade(t *testing.T) {
	dropped := data.Change{Table: "public.items", Column: "name", Kind: data.ColumnDropped, Before: 3}
	facts := ready(func(f *Facts) { f.Data.Changes = []data.Change{dropped} })
	is := func(c report.Check) bool { return c.ID == "data.lost" }
	if slices.ContainsFunc(Known(facts, Selection{}, func(t Trial) bool { return t != TrialReverse }), is) {
		t.Error("the loss is told before the downgrade")
	}
	facts.Reverse.Data.Restored = []data.Change{dropped}
	known := Known(facts, Selection{}, func(Trial) bool { return true })
	if at := slices.IndexFunc(known, is); at < 0 || known[at].Status != report.StatusPass {
		t.Errorf("what the downgrade restores is lost: %+v", known)
	}
}

func TestTheVerdictOnDataNeedsNoBackend(t *testing.T) {
	for _, c := range All() {
		for _, need := range slices.Concat(c.Needs, c.Uses, c.Awaits) {
			if OnData(c.ID) && slices.Contains([]Trial{TrialStartBranch, TrialStartFirst, TrialStartBase, TrialBaseNames}, need) {
				t.Errorf("%s needs %s", c.ID, need)
			}
		}
	}
}
