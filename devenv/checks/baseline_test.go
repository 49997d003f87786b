package checks

import (
	"testing"

	"devenv/devenv/database/data"
	"devenv/devenv/report"
	"devenv/migrations"
)

func TestFailuresAreComparedByCauseAndKind(t *testing.T) {
	sql := migrations.Failure{
		Code: migrations.FailureSQL, Revision: "1b2c", SQLState: "42703", Exception: "ProgrammingError", Message: "no column",
	}
	raised := migrations.Failure{Code: migrations.FailureException, Revision: "1b2c", Exception: "KeyError", Message: "x"}
	for name, c := range map[string]struct {
		of         *migrations.Failure
		change     func(*migrations.Failure)
		same, kind bool
	}{
		"of the database":                   {&sql, func(*migrations.Failure) {}, true, true},
		"in other words":                    {&sql, func(f *migrations.Failure) { f.Message = "other words" }, true, false},
		"of another SQLSTATE":               {&sql, func(f *migrations.Failure) { f.SQLState = "42P01" }, false, false},
		"of another revision":               {&sql, func(f *migrations.Failure) { f.Revision = "3f2a" }, false, true},
		"of none":                           {&sql, func(f *migrations.Failure) { f.SQLState = "" }, false, false},
		"of the code":                       {&raised, func(*migrations.Failure) {}, true, true},
		"of the code, with another message": {&raised, func(f *migrations.Failure) { f.Message = "y" }, false, false},
		"of another exception":              {&raised, func(f *migrations.Failure) { f.Exception = "TypeError" }, false, false},
		"of the code of another revision":   {&raised, func(f *migrations.Failure) { f.Revision = "3f2a" }, false, true},
		"of the tool":                       {&raised, func(f *migrations.Failure) { f.Code = migrations.FailureTool }, true, false},
	} {
		other := *c.of
		c.change(&other)
		if SameFailure(c.of, &other) != c.same || SameFailure(&other, c.of) != c.same {
			t.Errorf("%s: one fault is %v", name, !c.same)
		}
		if sameKind(c.of, &other) != c.kind || sameKind(&other, c.of) != c.kind {
			t.Errorf("%s: one kind is %v", name, !c.kind)
		}
	}
	for _, c := range [][2]*migrations.Failure{{nil, nil}, {&sql, nil}, {nil, &sql}} {
		if SameFailure(c[0], c[1]) || sameKind(c[0], c[1]) {
			t.Error("no failure is like nothing")
		}
	}
}

func TestACheckThatWasNotAskedSaysWhy(t *testing.T) {
	for want, f := range map[string]Facts{
		"the branch adds no revision":       {Change: Change{NothingToTry: "the branch adds no revision"}},
		"the upgrade failed (apply.seeded)": {Outcomes: Outcomes{Seeded: Outcome{Ran: true, Failure: notNull()}}},
		"not tried":                         {},
	} {
		f.RenamesByUpgrade = true
		for _, c := range []Check{
			generateRename(), applyAdversarial(), applyAtomic(), dataLost(), dataChanged(), reverseApplies(), reverseSchema(), reverseAgain(),
			driftModels(), driftCatalog(), driftUnintended(), writeSmoke(), startBranch(), startBase(),
		} {
			if got := c.Judge(&f); got.Answer != Unasked || got.Summary != want {
				t.Errorf("%s: %d %q, want %q", c.ID, got.Answer, got.Summary, want)
			}
		}
	}
	down := Facts{Outcomes: Outcomes{Reverse: ReverseOutcome{Down: Outcome{Ran: true, Failure: notNull()}}}}
	for _, c := range []Check{reverseSchema(), reverseAgain()} {
		if got := c.Judge(&down); got.Answer != Unasked || got.Summary != "the downgrade failed (reverse.applies)" {
			t.Errorf("%s: %d %q", c.ID, got.Answer, got.Summary)
		}
	}
}

func TestAChangeReportsItsRowsAndExamples(t *testing.T) {
	change := data.Change{Kind: data.ValuesChanged, Table: "public.orders", Column: "amount", Before: 4, After: 4}
	one := change
	one.Rows, one.Examples = 1, []string{"id 1: 1 → 2"}
	for want, c := range map[string]data.Change{"orders.amount changed": change, "orders.amount changed in 1 row, e.g. id 1: 1 → 2": one} {
		answer := answers(ready(func(f *Facts) { f.Data.Changes = []data.Change{c} }), Selection{})["data.changed"]
		if answer.Status != report.StatusWarn || answer.Summary != want || answer.Evidence[0].Detail != "" {
			t.Errorf("%+v", answer)
		}
	}
	none := data.Change{Kind: data.ColumnDropped, Table: "public.orders", Column: "amount"}
	if other := answers(ready(func(f *Facts) { f.Data.Changes = []data.Change{none} }), Selection{}); len(other) > 0 {
		t.Errorf("a column without a value is no loss: %v", other)
	}
}
