package checks

import (
	"strings"
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/database/forward"
	"devenv/devenv/database/routines"
	"devenv/devenv/database/witness"
	"devenv/devenv/database/writes"
	"devenv/devenv/report"
	"devenv/migrations"
)

// answerOf returns the answer of one check.
func answerOf(t *testing.T, id string, change func(*Facts)) report.Check {
	t.Helper()
	for _, c := range Evaluate(ready(change), Selection{}) {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("no check %s", id)
	return report.Check{}
}

func TestAnAnswerClaimsNoMoreThanItsFacts(t *testing.T) {
	t.Parallel()
	unbuilt := WitnessTrial{Witness: witness.Witness{Restriction: witness.Restriction{What: "ck_x"}, Problem: "no type"}}
	built := WitnessTrial{Witness: witness.Witness{Inserts: []string{"INSERT INTO users"}}}
	dropped := data.Change{Kind: data.ColumnDropped, Table: "public.users", Column: "legacy", Before: 4}
	for name, c := range map[string]struct {
		id     string
		change func(*Facts)
		status report.Status
		says   string
	}{
		"no waiver": {"waiver.unused", func(*Facts) {}, report.StatusPass, "the branch's revisions have no waiver"},
		"a waiver whose check gave no answer": {"waiver.unused", func(f *Facts) {
			f.Reverse = ReverseOutcome{}
			f.Revisions[0].Waivers = []migrations.Waiver{{ID: "reverse.again", Reason: "r"}}
		}, report.StatusPass, "of 1 waiver, 0 were needed; the checks of the others gave no answer"},
		"the first revision of all": {"history.parent", func(f *Facts) {
			f.BaseHeads, f.Revisions[0].Down = nil, nil
		}, report.StatusPass, "begins the history: develop has no revision"},
		"the baseline": {"history.parent", func(f *Facts) {
			f.BaseHeads, f.Revisions[0].Down = []string{"3f2a"}, nil
		}, report.StatusPass, "begins the history, as what develop's databases have already"},
		"one of two heads": {"history.parent", func(f *Facts) {
			f.BaseHeads = append(f.BaseHeads, "77aa")
		}, report.StatusPass, "follows 1b2c, of the heads of develop"},
		"a parent where the base has none": {"history.parent", func(f *Facts) { f.BaseHeads = nil }, report.StatusFail, "but develop has no revision"},
		"no row could be made": {"apply.adversarial", func(f *Facts) {
			f.Adversarial.Tried = []WitnessTrial{unbuilt}
		}, report.StatusPass, "not proved: no row could be made to break 1 restriction"},
		"a row could be made for some": {"apply.adversarial", func(f *Facts) {
			f.Adversarial.Tried = []WitnessTrial{unbuilt, built}
		}, report.StatusPass, "copes with 1 row made to break it; for 1 more restriction no row could be made"},
		"no rows to lose":   {"data.lost", func(f *Facts) { f.Data.Rows = 0 }, report.StatusSkip, "the base has no row that could be lost"},
		"no rows to change": {"data.changed", func(f *Facts) { f.Data.Rows = 0 }, report.StatusSkip, "the base has no row that could change"},
		"a loss that the downgrade restores": {"data.lost", func(f *Facts) {
			f.Data.Changes, f.Reverse.Data.Restored = []data.Change{dropped}, []data.Change{dropped}
		}, report.StatusPass, "every row and value is still there; the downgrade restores those of users.legacy"},
		"values of a large table": {"data.changed", func(f *Facts) {
			f.Data.Partly = []PartlyRead{{"public.log", 64}, {"public.raw", 0}}
		}, report.StatusPass, "of public.log, which is large, one row in 64; of public.raw, which is large, none"},
		"an upgrade that records nothing": {"write.smoke", func(f *Facts) {
			f.Seeded.Unrecorded, f.Smoke = true, SmokeOutcome{}
		}, report.StatusSkip, "the database is not at the head after the upgrade (apply.seeded)"},
		"no row could be written": {"write.smoke", func(f *Facts) {
			f.Smoke.Tables = 2
		}, report.StatusSkip, "no row could be written, so nothing is known of 2 tables"},
		"transactions of whole revisions": {"apply.atomic", func(f *Facts) {
			f.Atomic.Transactions = 2
		}, report.StatusPass, "a failure between its 2 transactions leaves no revision half applied"},
		"some points of many": {"apply.atomic", func(f *Facts) {
			f.Atomic.Transactions, f.Atomic.Tried, f.Atomic.Points = 9, 4, 8
		}, report.StatusPass, "can be retried, at the 4 of 8 points that were tried"},
		"a failure that the revision handles": {"apply.atomic", func(f *Facts) {
			f.Atomic.Transactions, f.Atomic.Points = 2, 1
		}, report.StatusSkip, "a revision handles the failure itself"},
	} {
		if got := answerOf(t, c.id, c.change); got.Status != c.status || !strings.Contains(got.Summary, c.says) {
			t.Errorf("%s: %s %q, want %s %q", name, got.Status, got.Summary, c.status, c.says)
		}
	}
}

func TestALossNamesTheStatementBehindIt(t *testing.T) {
	t.Parallel()
	cause := migrations.Statement{Revision: "3f2a", Line: 12, SQL: "ALTER TABLE users DROP COLUMN legacy"}
	got := answerOf(t, "data.lost", func(f *Facts) {
		lost(f)
		f.Data.Causes = map[string]migrations.Statement{"public.users.legacy": cause}
	}).Evidence[0]
	if got.Revision != "3f2a" || got.File != "versions/3f2a.py" || got.Line != 12 || got.Statement != cause.SQL {
		t.Errorf("%+v", got)
	}
}

// TestWhatTheUpgradeLostIsReportedOnce has a trigger that the upgrade took along, an index that the downgrade forgot, and
// a column whose type the downgrade forgot besides the default that it lost.
func TestWhatTheUpgradeLostIsReportedOnce(t *testing.T) {
	t.Parallel()
	column := catalog.Difference{Object: "column:public.users.n", Was: "integer default 1", Is: "integer"}
	facts := func(differences ...catalog.Difference) func(*Facts) {
		return func(f *Facts) {
			f.Reverse.Differences = append(differences, catalog.Difference{Object: "trigger:public.users.tr", Was: "CREATE TRIGGER tr"})
			f.Unintended.Changes = []UnintendedChange{
				{Change: forward.Change{Object: "trigger:public.users.tr", Was: "CREATE TRIGGER tr", Text: "the trigger is gone"}},
				{Change: forward.Change{Object: column.Object, Was: "default 1", Text: "it has lost its default"}},
			}
		}
	}
	got := answerOf(t, "reverse.schema", facts(column))
	if got.Status != report.StatusPass || got.Summary != "beyond what drift.unintended says, the downgrade restores the base's schema" {
		t.Errorf("%s %q", got.Status, got.Summary)
	}
	lost := answerOf(t, "drift.unintended", facts(column)).Evidence[0]
	if lost.Detail != "was CREATE TRIGGER tr; the downgrade does not restore it" {
		t.Errorf("%q", lost.Detail)
	}
	column.Is = "text default 1"
	got = answerOf(t, "reverse.schema", facts(column, catalog.Difference{Object: "index:public.ix", Is: "CREATE INDEX ix"}))
	if got.Status != report.StatusWarn || len(got.Evidence) != 2 || got.Evidence[0].Message != column.Object {
		t.Errorf("%s %q %+v", got.Status, got.Summary, got.Evidence)
	}
}

func TestOnlyTheServersWordsAreTheServers(t *testing.T) {
	t.Parallel()
	got := answerOf(t, "write.smoke", func(f *Facts) {
		f.Smoke.Writes = []SmokeWrite{
			{Failed: writes.Failed{Table: "public.users", SQLState: "42501", Message: "permission denied", Broken: true}},
			{Failed: writes.Failed{Table: "public.tags", SQLState: "23505", Message: "the next value is 3", Broken: true, Predicted: true}},
		}
		f.Smoke.Routines = []SmokeRoutine{{Fault: routines.Fault{Routine: "public.f()", SQLState: "42703", Message: "no column x"}}}
	})
	for i, want := range []bool{false, true, true} {
		if e := got.Evidence[i]; e.OwnWords != want {
			t.Errorf("%q is devenv's: %v", e.Message, e.OwnWords)
		}
	}
}

func TestABaseThatBreaksTellsHowToAllowIt(t *testing.T) {
	t.Parallel()
	got := answerOf(t, "start.base", func(f *Facts) {
		f.Gone = []Gone{{Table: "public.users", Column: "legacy", Mentions: []Mention{{"app/report.py", 7}}}}
		f.Smoke.Writes = []SmokeWrite{{Failed: writes.Failed{Table: "public.tags", SQLState: "23502", Message: "null", Broken: true, Old: true}}}
	})
	for _, want := range []string{"names it in 1 line", "besides, the base's code can no longer write to tags: null"} {
		if !strings.Contains(got.Summary, want) {
			t.Errorf("%q is not in %q", want, got.Summary)
		}
	}
	if !strings.Contains(got.Hint, "drop it in the release after that\n") || !strings.Contains(got.Hint, "    # devenv: allow start.base -- reason") {
		t.Errorf("%s", got.Hint)
	}
}

func TestChecksThatWereLeftOutSaySo(t *testing.T) {
	t.Parallel()
	selected := Selection{Only: []string{"apply.*"}}
	for _, all := range [][]report.Check{
		Evaluate(ready(nil), selected), Lost(Unanswered{Reason: "killed"}, selected),
	} {
		for _, c := range all {
			if want := !strings.HasPrefix(c.ID, "apply."); c.LeftOut != want {
				t.Errorf("%s: left out %v", c.ID, c.LeftOut)
			}
		}
	}
}
