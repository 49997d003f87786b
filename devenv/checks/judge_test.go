package checks

import (
	"errors"
	"strings"
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/database/witness"
	"devenv/devenv/report"
	"devenv/migrations"
	"devenv/migrations/alembic"
)

// ready returns the facts of a sound branch with one revision.
func ready(change func(*Facts)) Facts {
	own := migrations.Revision{ID: "3f2a", Down: []string{"1b2c"}, Path: "versions/3f2a.py", Head: true}
	f := Facts{Snippets: alembic.Snippets{}, Change: Change{
		BaseRef: "develop", BaseHeads: []string{"1b2c"}, OnePerBranch: true, Revisions: []migrations.Revision{own},
		History: migrations.History{Revisions: []migrations.Revision{{ID: "1b2c", Path: "versions/1b2c.py", Root: true}, own}},
	}, Outcomes: Outcomes{
		Seeded: Outcome{Ran: true}, Scratch: Outcome{Ran: true}, Drift: DriftOutcome{Outcome: Outcome{Ran: true}},
		Data: DataOutcome{Ran: true, Rows: 3}, Models: ModelsOutcome{Ran: true},
		Reverse:  ReverseOutcome{Down: Outcome{Ran: true}, Again: Outcome{Ran: true}, SchemaRead: true},
		Stepwise: StepwiseOutcome{Compared: true}, Adversarial: WitnessOutcome{Ran: true},
		Atomic: AtomicOutcome{Ran: true, Transactions: 1}, Smoke: SmokeOutcome{Ran: true}, Unintended: UnintendedOutcome{Ran: true},
		Branch: StartOutcome{Ran: true, Service: "backend", How: "healthcheck"}, Base: StartOutcome{Ran: true, Service: "backend"},
	}}
	if change != nil {
		change(&f)
	}
	return f
}

// answers returns the answers that are not a plain pass, by id.
func answers(f Facts, s Selection) map[string]report.Check {
	other := map[string]report.Check{}
	for _, c := range Evaluate(f, s) {
		if c.Status != report.StatusPass || c.Waived != "" {
			other[c.ID] = c
		}
	}
	return other
}

func notNull() *migrations.Failure {
	return &migrations.Failure{
		Code: migrations.FailureSQL, Revision: "3f2a", SQLState: "23502", Schema: "public", Table: "users", Column: "tenant",
		Statement: "ALTER TABLE users ADD COLUMN tenant INTEGER NOT NULL", Message: `column "tenant" contains null values`,
	}
}

func TestASoundBranchPassesEveryCheck(t *testing.T) {
	if other := answers(ready(nil), Selection{}); len(other) > 0 {
		t.Errorf("not pass: %v", other)
	}
}

func TestEachFaultFailsItsCheck(t *testing.T) {
	cases := []struct {
		name   string
		change func(*Facts)
		id     string
		status report.Status
		says   string
	}{
		{"two heads", func(f *Facts) {
			f.History.Revisions = append(f.History.Revisions, migrations.Revision{ID: "9d8e", Down: []string{"1b2c"}, Head: true})
		}, "history.heads", report.StatusFail, "3f2a (yours, parent 1b2c) and 9d8e (develop, parent 1b2c)"},
		{"a stale parent", func(f *Facts) {
			f.Revisions[0].Down = []string{"0000"}
		}, "history.parent", report.StatusFail, "its parent is 0000"},
		{"a merge with a stale parent", func(f *Facts) {
			f.Revisions[0].Down = []string{"1b2c", "0000"}
		}, "history.parent", report.StatusFail, "its parent is 1b2c, 0000"},
		{"a missing parent", func(f *Facts) {
			f.History.Problems = []migrations.Problem{{
				Kind: migrations.ProblemParent, Revision: "3f2a", Message: "parent zzz does not exist",
			}}
		}, "history.parent", report.StatusFail, "zzz"},
		{"a base migration edited", func(f *Facts) {
			f.Edited = []Edit{{Path: "versions/1b2c.py", Status: "changed"}}
		}, "history.edited", report.StatusFail, "1b2c.py"},
		{"two of them, and one only tidied", func(f *Facts) {
			f.Edited = []Edit{
				{Path: "a.py", Status: "changed", Tidied: true}, {Path: "b.py", Status: "changed"}, {Path: "c.py", Status: "changed"},
			}
		}, "history.edited", report.StatusFail, "2 migrations of develop changed on this branch: b.py (and 1 more)"},
		{"one that is restored", func(f *Facts) {
			f.Edited, f.Restores = []Edit{{Path: "versions/1b2c.py", Status: "changed"}}, true
		}, "history.edited", report.StatusWarn, "restored"},
		{"two migrations", func(f *Facts) {
			f.Revisions = append(f.Revisions, migrations.Revision{ID: "4a4a", Down: []string{"3f2a"}})
		}, "history.single", report.StatusWarn, "2 migrations"},
		{"a likely rename", func(f *Facts) {
			f.Renames = []migrations.Rename{{Kind: migrations.RenameColumn, Schema: "public", Table: "users", From: "legacy", To: "note"}}
		}, "generate.rename", report.StatusWarn, "note may be a rename of legacy"},
		{"a rename with two candidates", func(f *Facts) {
			rename := migrations.Rename{
				Kind: migrations.RenameColumn, Schema: "public", Table: "users", From: "legacy", To: "note", Uncertain: true,
			}
			other, elsewhere := rename, rename
			other.To, elsewhere.Table = "memo", "teams"
			f.Renames = []migrations.Rename{rename, other, elsewhere}
		}, "generate.rename", report.StatusWarn, "note or memo may be a rename of legacy (and 1 more)"},
		{"an index that autogenerate skips", func(f *Facts) {
			f.Models.Differences = []catalog.Difference{{
				Object: "index:public.ix", Was: "CREATE INDEX ix ON public.t USING btree (lower(n))",
			}}
		}, "drift.catalog", report.StatusWarn, "the models have an index that the migrations do not make: CREATE INDEX ix"},
		{"lost models", func(f *Facts) {
			f.Drift.Failure = &migrations.Failure{Code: migrations.FailureNoMetadata, Message: "env.py has no models"}
		}, "drift.models", report.StatusFail, "env.py has no models"},
		{"no models, as on the base", func(f *Facts) {
			f.Drift.Failure = &migrations.Failure{Code: migrations.FailureNoMetadata, Message: "env.py has no models"}
			f.Drift.NoModels = "nothing to compare"
		}, "drift.models", report.StatusSkip, "nothing to compare"},
		{"a failing upgrade", func(f *Facts) { f.Seeded.Failure = notNull() }, "apply.seeded", report.StatusFail, "contains null values"},
		{"a row that only loses something", func(f *Facts) {
			f.Adversarial = WitnessOutcome{Ran: true, Tried: []WitnessTrial{{Lost: true, Witness: witness.Witness{
				Inserts: []string{"INSERT INTO users (name) VALUES ('n')"}, Restriction: witness.Restriction{Table: "public.users", What: "users.name is cut"},
			}}}}
		}, "apply.adversarial", report.StatusWarn, "loses what it has: users.name is cut"},
		{"an upgrade that hides its version", func(f *Facts) {
			f.Seeded.Unrecorded, f.Seeded.Hides = true, "search_path=reports"
		}, "apply.seeded", report.StatusFail, "leaves the database with search_path=reports"},
		{"an uncommitted upgrade", func(f *Facts) { f.Seeded.Unrecorded = true }, "apply.seeded", report.StatusFail, "not at the head"},
		{"a failing history", func(f *Facts) { f.Scratch.Failure = notNull() }, "apply.scratch", report.StatusFail, "empty database"},
		{"the base's history fails as well", func(f *Facts) {
			f.Scratch.Failure, f.Scratch.Baseline = notNull(), notNull()
		}, "apply.scratch", report.StatusSkip, "in the same way"},
		{"the base's history fails elsewhere", func(f *Facts) {
			f.Scratch.Failure, f.Scratch.Baseline = notNull(), notNull()
			f.Scratch.Baseline.Revision = "1b2c"
		}, "apply.scratch", report.StatusFail, "empty database"},
		{"lost values", func(f *Facts) {
			f.Data.Changes = []data.Change{{Kind: data.ValuesLost, Table: "public.users", Column: "legacy", Before: 4, After: 1}}
		}, "data.lost", report.StatusFail, "3 of 4 non-null values of users.legacy are lost"},
		{"changed values", func(f *Facts) {
			f.Data.Changes = []data.Change{{
				Kind: data.ValuesChanged, Table: "public.orders", Column: "amount", Before: 4, After: 4, Rows: 2,
				Keys:     []string{"id=2", "id=3"},
				Examples: []string{"id 2: 99999999.9999 → 100000000.00", "id 3: 1.25 → 1.3"},
			}}
		}, "data.changed", report.StatusWarn, "orders.amount changed in 2 rows, e.g. id 2: 99999999.9999 → 100000000.00"},
		{"values of a zone", func(f *Facts) {
			f.Data.Unsteady = []Unsteady{{Table: "public.events", Column: "at"}}
		}, "data.changed", report.StatusWarn, "events.at depends on the session's time zone"},
		{"random values", func(f *Facts) {
			f.Data.Unsteady = []Unsteady{{Table: "public.users", Column: "token", Random: true}}
		}, "data.changed", report.StatusWarn, "users.token gets different values"},
		{"no way back", func(f *Facts) {
			f.Reverse = ReverseOutcome{Down: Outcome{Ran: true, Failure: notNull()}}
		}, "reverse.applies", report.StatusWarn, "cannot be downgraded"},
		{"a type left behind", func(f *Facts) {
			f.Reverse.Differences = []catalog.Difference{{Object: "enum:public.mood", Is: "ok, bad"}}
		}, "reverse.schema", report.StatusWarn, "enum:public.mood"},
		{"an enum value that is gone", func(f *Facts) {
			f.Reverse.Differences = []catalog.Difference{{Object: "enum:public.mood", Was: "('ok', 'sad')", Is: "('sad', 'glad')"}}
		}, "reverse.schema", report.StatusWarn, "enum:public.mood"},
		{"a way back that fails otherwise than the base's", func(f *Facts) {
			raised := func(message string) *migrations.Failure {
				return &migrations.Failure{Code: migrations.FailureException, Exception: "NotImplementedError", Message: message}
			}
			f.Reverse = ReverseOutcome{Down: Outcome{Ran: true, Failure: raised("not yet"), Baseline: raised("never")}}
		}, "reverse.applies", report.StatusWarn, "cannot be downgraded: not yet"},
		{"no second upgrade", func(f *Facts) { f.Reverse.Again.Failure = notNull() }, "reverse.again", report.StatusFail, "applied again"},
		{"rows that a second upgrade adds again", func(f *Facts) {
			f.Reverse.Data.Trip = []data.Change{{Kind: data.RowsAdded, Table: "public.teams", Before: 4, After: 6}}
		}, "reverse.again", report.StatusWarn, "leaves different data from the first time: teams has 2 more rows"},
		{"drift", func(f *Facts) {
			f.Drift.Operations = []migrations.Operation{{Kind: migrations.AddColumn, Object: "column:public.users.x"}}
		}, "drift.models", report.StatusFail, "column:public.users.x"},
		{"a CHECK that autogenerate does not see", func(f *Facts) {
			f.Models = ModelsOutcome{
				Ran: true,
				Differences: []catalog.Difference{{
					Object: "constraint:public.users.age", Was: "CHECK ((age >= 18))", Is: "CHECK ((age >= 0))",
				}},
			}
		}, "drift.catalog", report.StatusWarn, "users.age: in the models: CHECK ((age >= 18)); in the migrations: CHECK ((age >= 0))"},
		{"models that cannot be made", func(f *Facts) {
			f.Models = ModelsOutcome{Ran: true, NotCompared: "the models' schema cannot be made in an empty database: x"}
		}, "drift.catalog", report.StatusSkip, "cannot be made"},
		{"models that cannot be imported", func(f *Facts) {
			f.Seeded.Failure = &migrations.Failure{Code: migrations.FailureException, Message: "no module named x"}
		}, "apply.seeded", report.StatusFail, "env.py, or code that it imports, fails on the base's data: no module named x"},
		{"a backend that does not start", func(f *Facts) {
			f.Branch.Err = errors.New("it exited with status 1")
		}, "start.branch", report.StatusFail, "status 1"},
		{"old code that does not start", func(f *Facts) {
			f.Base.Err = errors.New("it exited with status 1")
		}, "start.base", report.StatusWarn, "status 1"},
		{"a base that never started", func(f *Facts) {
			f.Branch.Err, f.Branch.Baseline = errors.New("x"), errors.New("y")
		}, "start.branch", report.StatusSkip, "either"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			answer := answers(ready(c.change), Selection{})[c.id]
			if answer.Status != c.status || !strings.Contains(answer.Summary, c.says) {
				t.Errorf("%s: %s %q, want %s with %q", c.id, answer.Status, answer.Summary, c.status, c.says)
			}
		})
	}
}

func TestTidiedBaseMigrationsAreNotEdited(t *testing.T) {
	f := ready(func(f *Facts) { f.Edited = []Edit{{Path: "versions/1b2c.py", Status: "changed", Tidied: true}} })
	if other := answers(f, Selection{}); len(other) > 0 {
		t.Errorf("nothing but imports went, yet: %v", other)
	}
}

func TestHarmlessChangesPass(t *testing.T) {
	for name, change := range map[string]func(*Facts){
		"the first revision of all": func(f *Facts) {
			f.BaseHeads, f.Revisions[0].Down = nil, nil
			f.History.Revisions = f.Revisions
		},
		"values that may have changed on the way there and back, and were not examined": func(f *Facts) {
			change := []data.Change{{Kind: data.ValuesChanged, Table: "public.users", Column: "name", Before: 4, After: 4, Suspect: true}}
			f.Reverse.Data = ReversedData{Base: change, Made: change, Trip: change}
		},
		"an upgrade that takes two transactions": func(f *Facts) { f.Atomic.Transactions = 2 },
	} {
		if other := answers(ready(change), Selection{}); len(other) > 0 {
			t.Errorf("%s: %v", name, other)
		}
	}
}

func TestARemainingEnumValueIsNoDifference(t *testing.T) {
	f := ready(func(f *Facts) {
		f.Reverse.Differences = []catalog.Difference{{Object: "enum:public.mood", Was: "('ok', 'sad')", Is: "('ok', 'glad', 'sad')"}}
	})
	if other := answers(f, Selection{}); len(other) > 0 {
		t.Errorf("no downgrade can drop a value, yet: %v", other)
	}
	if got := judgeReverseSchema(&f).Summary; !strings.HasSuffix(got, "Postgres cannot drop: of public.mood: 'glad'") {
		t.Errorf("it says %q", got)
	}
}

func TestNotNullIsFixedInThreeSteps(t *testing.T) {
	answer := answers(ready(func(f *Facts) { f.Seeded.Failure = notNull() }), Selection{})["apply.seeded"]
	for _, line := range []string{
		`op.add_column("users", sa.Column("tenant", sa.Integer(), nullable=True))`,
		`op.execute("UPDATE users SET tenant = … WHERE tenant IS NULL")`,
		`op.alter_column("users", "tenant", nullable=False)`,
	} {
		if !strings.Contains(answer.Hint, line) {
			t.Errorf("the hint lacks %s:\n%s", line, answer.Hint)
		}
	}
}

func lost(f *Facts) {
	f.Data.Changes = []data.Change{{Kind: data.ColumnDropped, Table: "public.users", Column: "legacy", Before: 4}}
}

func TestSelectionSkipsAndConfigurationSetsSeverity(t *testing.T) {
	f := ready(lost)
	if a := answers(f, Selection{Severities: map[string]string{"data.lost": "warn"}})["data.lost"]; a.Status != report.StatusWarn {
		t.Errorf("severity warn: %+v", a)
	}
	if a := answers(f, Selection{Severities: map[string]string{"data.lost": "off"}})["data.lost"]; a.Status != report.StatusSkip {
		t.Errorf("severity off: %+v", a)
	}
	only := answers(f, Selection{Only: []string{"history.*"}})
	if only["data.lost"].Status != report.StatusSkip || only["history.heads"].ID != "" {
		t.Errorf("--only: %+v", only)
	}
	if !(Selection{}).Wants(TrialScratch) || (Selection{Only: []string{"history.*"}}).Wants(TrialScratch) {
		t.Error("the selection does not say which trials are needed")
	}
	for _, s := range []Selection{{Only: []string{"no.such"}}, {Skip: []string{"hist*"}}} {
		if report.KindOf(s.Validate()) != report.KindUsage || s.Validate() == nil {
			t.Errorf("%+v was accepted", s)
		}
	}
}

func TestEveryCheckExplainsItself(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range All() {
		if seen[c.ID] {
			t.Errorf("%s is registered twice", c.ID)
		}
		seen[c.ID] = true
		for _, part := range []string{"Why it matters:", "Example:", "How to fix it:", "devenv: allow " + c.ID} {
			if !strings.Contains(c.Page, part) {
				t.Errorf("%s: the page lacks %q", c.ID, part)
			}
		}
		if !strings.HasSuffix(c.Asks, "?") || c.Severity == "" {
			t.Errorf("%s: asks %q with severity %q", c.ID, c.Asks, c.Severity)
		}
	}
}

func TestACheckNamesWhatTheToolLacks(t *testing.T) {
	t.Parallel()
	const lacks = "plain SQL cannot generate revisions from the models"
	asks := map[string]bool{"drift.models": true, "drift.catalog": true}
	facts := ready(func(f *Facts) { f.Unable = map[Trial]string{TrialDrift: lacks} })
	for _, answer := range Evaluate(facts, Selection{}) {
		if named := answer.Summary == lacks; named != asks[answer.ID] || named && answer.Status != report.StatusSkip {
			t.Errorf("%s: %s, %q", answer.ID, answer.Status, answer.Summary)
		}
	}
}
