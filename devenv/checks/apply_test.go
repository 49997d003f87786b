package checks

import (
	"strings"
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/forward"
	"devenv/devenv/database/routines"
	"devenv/devenv/database/witness"
	"devenv/devenv/database/writes"
	"devenv/devenv/report"
	"devenv/migrations"
)

func TestEachApplyFaultFailsItsCheck(t *testing.T) {
	breaking := witness.Witness{
		Restriction: witness.Restriction{Table: "public.users", Columns: []string{"tenant"}, What: "users.tenant becomes NOT NULL"},
		Inserts:     []string{"INSERT INTO teams DEFAULT VALUES", "INSERT INTO users (tenant) VALUES (NULL)"},
	}
	unbuildable := WitnessTrial{Witness: witness.Witness{Restriction: witness.Restriction{What: "ck_x"}, Problem: "a trigger refuses it"}}
	failing := WitnessOutcome{Ran: true, Tried: []WitnessTrial{{Witness: breaking, Failure: notNull()}, unbuildable}}
	unsafe := &migrations.Failure{Revision: "3f2a", SQLState: "55P04", Message: "unsafe use of new value"}
	cases := map[string]struct {
		change func(*Facts)
		id     string
		status report.Status
		says   []string
	}{
		"a witness": {
			func(f *Facts) { f.Adversarial = failing }, "apply.adversarial", report.StatusWarn,
			[]string{
				"INSERT INTO users (tenant) VALUES (NULL)", "users.tenant becomes NOT NULL",
				"no witness could be built for ck_x: a trigger refuses it", "UPDATE users SET tenant",
			},
		},
		"a row that arrives between two transactions": {
			func(f *Facts) {
				f.Adversarial = WitnessOutcome{Ran: true, Tried: []WitnessTrial{
					{Witness: breaking, Failure: notNull(), After: &migrations.Statement{SQL: "UPDATE users SET tenant = 1"}},
				}}
			}, "apply.adversarial", report.StatusWarn,
			[]string{"arrives between two of its transactions", "once this has been committed: UPDATE users SET tenant = 1", "in one transaction"},
		},
		"no witness, and one that could not be made": {
			func(f *Facts) {
				f.Adversarial = WitnessOutcome{Ran: true, Tried: []WitnessTrial{unbuildable}}
			}, "apply.adversarial", report.StatusPass,
			[]string{"no witness could be built for ck_x: a trigger refuses it"},
		},
		"a row that was made, and tried only among others": {
			func(f *Facts) {
				among := witness.Witness{Inserts: []string{"INSERT"}, Restriction: witness.Restriction{What: "t.a is new"}, Problem: "not by itself"}
				f.Adversarial = WitnessOutcome{Ran: true, Tried: []WitnessTrial{{Witness: breaking, Failure: notNull()}, {Witness: among}}}
			}, "apply.adversarial", report.StatusWarn,
			[]string{`the row made for "t.a is new" proves nothing: not by itself`},
		},
		"rows written after the upgrade": {
			func(f *Facts) { f.Reverse.Written = failing }, "reverse.applies", report.StatusWarn,
			[]string{"once rows have been written", "INSERT INTO users (tenant) VALUES (NULL)", "# devenv: allow reverse.applies"},
		},
		"one run fails where steps do not": {
			func(f *Facts) {
				f.Seeded.Failure, f.Stepwise.Seeded = unsafe, Outcome{Ran: true}
			}, "apply.stepwise", report.StatusFail, []string{"one revision at a time works", "transaction_per_migration"},
		},
		"steps fail where one run does not": {
			func(f *Facts) { f.Stepwise.Seeded = Outcome{Ran: true, Failure: notNull()} }, "apply.stepwise", report.StatusFail,
			[]string{"works in one run with the others, and fails when revisions are applied one at a time", "UPDATE users SET tenant"},
		},
		"steps and one run differ": {
			func(f *Facts) {
				f.Stepwise.Differences = []catalog.Difference{{Object: "index:public.ix", Was: "x"}}
				f.Stepwise.One, f.Stepwise.Other = "on the base's data", "after the whole history in one run"
			}, "apply.stepwise", report.StatusFail, []string{"index:public.ix", "absent"},
		},
		"one transaction": {func(*Facts) {}, "apply.atomic", report.StatusPass, []string{"one transaction: all or nothing"}},
		"two that can be retried": {
			func(f *Facts) {
				f.Atomic.Transactions, f.Atomic.Tried, f.Atomic.Points = 2, 1, 1
			}, "apply.atomic", report.StatusPass, []string{"a failure between its 2 transactions can be retried"},
		},
		"half done, and the retry fails": {
			func(f *Facts) {
				f.Atomic.Breaks = []AtomicBreak{{
					Revision: "3f2a", Statement: "CREATE INDEX ix", Retry: notNull(),
					Left: []catalog.Difference{{Object: "column:public.users.a"}},
				}}
			}, "apply.atomic", report.StatusWarn, []string{
				"the retry fails", "left behind: column:public.users.a", "after: CREATE INDEX ix",
			},
		},
		"left NOT VALID": {
			func(f *Facts) {
				f.Atomic.Unfinished = []Unfinished{{Table: "public.users", Object: "constraint:public.users.ck", State: "NOT VALID"}}
			}, "apply.atomic", report.StatusWarn, []string{"is left NOT VALID", "VALIDATE CONSTRAINT"},
		},
		"a statement that moved nothing": {
			func(f *Facts) {
				f.Adversarial.Unproved = []migrations.Statement{{Revision: "3f2a", Line: 12, SQL: "UPDATE users SET n = m"}}
			}, "apply.adversarial", report.StatusPass, []string{"1 statement moved 0 rows: not proved", "UPDATE users SET n = m"},
		},
		"a write that fails": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{{
					Failed: writes.Failed{
						Table: "public.users", SQLState: "42501", Role: "app", Message: "permission denied",
						Statement: "INSERT INTO users DEFAULT VALUES", Broken: true,
					},
					Cause: migrations.Statement{Revision: "3f2a", Line: 12, SQL: "CREATE TABLE users ()"},
				}}
			}, "write.smoke", report.StatusFail, []string{
				"as role app: permission denied", "GRANT", "CREATE TABLE users", "versions/3f2a.py",
			},
		},
		"a write that could not be tried": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{{Failed: writes.Failed{Table: "public.users", Message: "closed"}}}
			}, "write.smoke", report.StatusPass, []string{"no write could be tried on public.users", "closed"},
		},
		"a role that could not be assumed": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{{Failed: writes.Failed{Table: "public.users", Role: "app", Message: "denied"}}}
			}, "write.smoke", report.StatusPass, []string{"no write could be tried on public.users as role app", "as role app: denied"},
		},
		"tables whose rows only changed": {
			func(f *Facts) { f.Smoke.Tables = 0 },
			"write.smoke", report.StatusPass,
			[]string{"no write was tried: nothing that the writes to a table depend on"},
		},
		"a table of which nothing is known": {
			func(f *Facts) { f.Smoke.Tables, f.Smoke.Written = 3, 2 },
			"write.smoke", report.StatusPass,
			[]string{"written to 2 tables and read back; nothing is known of 1 more"},
		},
		"a row that is swallowed": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{{Failed: writes.Failed{Table: "public.users", Message: "writes no row", Broken: true}}}
			}, "write.smoke", report.StatusFail, []string{"public.users can no longer be written: writes no row", "return NEW"},
		},
		"a new table without rights": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{{Failed: writes.Failed{Table: "public.badges", Role: "app", SQLState: "42501", Message: "denied", Broken: true}, New: true}}
			}, "write.smoke", report.StatusFail, []string{"public.badges is new and cannot be written: as role app: denied"},
		},
		"a new table in a schema without rights": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{{Failed: writes.Failed{
					Table: "crm.badges", Role: "app", SQLState: "42501", Message: "permission denied for schema crm", Broken: true,
				}, New: true}}
			}, "write.smoke", report.StatusFail, []string{"crm.badges is new and cannot be written", "GRANT USAGE ON SCHEMA crm TO"},
		},
		"a new table in a schema that no code names yet": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{{Failed: writes.Failed{
					Table: "crm.badges", Role: "app", SQLState: "42501", Message: "permission denied for schema crm", Broken: true, Doubtful: true,
				}, New: true}}
			}, "write.smoke", report.StatusWarn, []string{"crm.badges is new, and the application's role has no rights on it", "GRANT USAGE ON SCHEMA crm TO"},
		},
		"a table that was moved into a closed schema": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{{Failed: writes.Failed{
					Table: "crm.users", Role: "app", SQLState: "42501", Message: "permission denied for schema crm", Broken: true,
				}}}
				f.Unintended.Changes = []UnintendedChange{{Change: forward.Change{Object: "table:crm.users", Text: "lost", Moved: "app"}}}
			}, "write.smoke", report.StatusPass, []string{"crm.users was moved", "drift.unintended"},
		},
		"a trigger that keeps a value": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{{Failed: writes.Failed{
					Table: "public.users", Column: "team", Message: "the UPDATE of team reports no error, but keeps the old value", Broken: true,
					Doubtful: true, Partly: true,
				}}}
			}, "write.smoke", report.StatusWarn, []string{"public.users does not take every row: the UPDATE of team", "take the new value"},
		},
		"a call that is ambiguous": {
			func(f *Facts) {
				f.Smoke.Routines = []SmokeRoutine{{Fault: routines.Fault{Routine: "public.f(integer)", SQLState: "42725", Message: "two take it"}}}
			}, "write.smoke", report.StatusFail, []string{"the function f(integer) can no longer be called: two take it", "drop the earlier function"},
		},
		"a trigger that may be right": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{{Failed: writes.Failed{
					Table: "public.users", SQLState: "P0001", Message: "too many", Broken: true, Doubtful: true,
				}}}
			}, "write.smoke", report.StatusWarn, []string{"too many", "every row that was tried is refused"},
		},
		"a row far above its sequence": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{{Failed: writes.Failed{
					Table: "public.users", Column: "id", SQLState: "23505", Message: "rows up to 9 exist", Broken: true, Doubtful: true,
					Detail: "SELECT setval('users_id_seq', 9)",
				}}}
			}, "write.smoke", report.StatusWarn, []string{
				"public.users will refuse a later INSERT: rows up to 9 exist", "setval('users_id_seq'",
			},
		},
		"a write that fails after one that may": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{
					{Failed: writes.Failed{
						Table: "public.users", Column: "id", SQLState: "23505", Message: "later", Broken: true, Doubtful: true,
					}},
					{Failed: writes.Failed{Table: "public.teams", SQLState: "42703", Message: "no n", Broken: true}},
				}
			}, "write.smoke", report.StatusFail, []string{"public.teams can no longer be written: no n (and 1 more)"},
		},
		"a function that uses what is gone": {
			func(f *Facts) {
				f.Smoke.Routines = []SmokeRoutine{{
					Fault: routines.Fault{
						Routine: "public.f(integer)", SQLState: "42703", Message: "no column n", Line: 3, Statement: "SELECT n",
					},
					Cause: migrations.Statement{Revision: "3f2a", Line: 12, SQL: "ALTER TABLE users DROP n"},
				}}
			}, "write.smoke", report.StatusFail, []string{
				"the function f(integer) cannot run: no column n", "line 3 of its body: SELECT n", "CREATE OR REPLACE", "DROP n",
			},
		},
		"a function that a failed write ran into": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{{Failed: writes.Failed{
					Table: "public.users", SQLState: "42703", Message: "no n", Broken: true, Detail: "PL/pgSQL function f() line 3 at IF",
				}}}
				f.Smoke.Routines = []SmokeRoutine{{Fault: routines.Fault{Routine: "public.f()", Message: "no column n"}}}
			}, "write.smoke", report.StatusFail, []string{"public.users can no longer be written: no n"},
		},
		"a function that a write ran into which could not be tried": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{{Failed: writes.Failed{
					Table: "public.users", SQLState: "22P02", Message: "no label", Detail: "PL/pgSQL function f() line 3 at IF",
				}}, {Failed: writes.Failed{
					Table: "public.users", Message: "no label", Detail: "PL/pgSQL function f() line 3 at IF", Broken: true, Old: true,
				}}}
				f.Smoke.Routines = []SmokeRoutine{{Fault: routines.Fault{Routine: "public.f()", Message: "no label"}}}
			}, "write.smoke", report.StatusFail, []string{"the function f() cannot run: no label"},
		},
		"a trigger that may end without RETURN": {
			func(f *Facts) {
				f.Smoke.Routines = []SmokeRoutine{{Fault: routines.Fault{
					Routine: "public.f()", SQLState: "2F005", Doubtful: true, Message: "it can end without RETURN, and then fails",
				}}}
			}, "write.smoke", report.StatusWarn, []string{"the function f() does not cope with every row: it can end without RETURN"},
		},
		"a function whose statements are texts": {
			func(f *Facts) { f.Smoke.Unjudged = []string{"public.f()"} },
			"write.smoke", report.StatusPass,
			[]string{"public.f() builds statements from texts"},
		},
		"an INSERT of old code": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{{Failed: writes.Failed{
					Table: "public.users", SQLState: "23502", Message: "null value in column \"Nick\" of relation", Broken: true, Old: true,
				}}}
			}, "start.base", report.StatusWarn, []string{
				"the base's code can no longer write to users: null value in column", `ALTER COLUMN "Nick" SET DEFAULT`,
			},
		},
		"a value that old code writes": {
			func(f *Facts) {
				f.Smoke.Writes = []SmokeWrite{{
					Failed: writes.Failed{
						Table: "public.users", Column: "state", Constant: "new", SQLState: "23514", Message: "violates ck",
						Broken: true, Old: true,
					},
					Mention: Mention{"app/users.py", 7},
				}}
			}, "start.base", report.StatusWarn, []string{
				"no longer write to users: violates ck", "rows of the base hold 'new' in state", "app/users.py:7",
			},
		},
		"a note": {
			func(f *Facts) {
				f.Notes = []catalog.Note{{Table: "public.users", Text: "ON DELETE CASCADE"}}
			}, "notes", report.StatusPass, []string{"ON DELETE CASCADE"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			facts := ready(c.change)
			for _, answer := range Evaluate(facts, Selection{}) {
				if answer.ID != c.id {
					continue
				}
				text := answer.Summary + answer.Hint
				for _, e := range answer.Evidence {
					text += strings.Join([]string{e.Insert, e.Detail, e.Message, e.Statement, e.File}, " ")
				}
				if answer.Status != c.status {
					t.Errorf("status %s: %s", answer.Status, text)
				}
				for _, part := range c.says {
					if !strings.Contains(text, part) {
						t.Errorf("%q is not in: %s", part, text)
					}
				}
			}
		})
	}
}

func TestAlreadyForbiddenRowsAreNotReported(t *testing.T) {
	f := ready(func(f *Facts) {
		f.Adversarial.Tried = []WitnessTrial{{
			Witness: witness.Witness{Restriction: witness.Restriction{What: "ck_x"}, Problem: "ck_old refuses it", Implied: true},
		}}
	})
	const want = "no row that was legal before can break it"
	if finding := judgeAdversarial(&f); finding.Answer != Clean || finding.Summary != want || len(finding.Evidence) > 0 {
		t.Errorf("%+v", finding)
	}
}

func TestRowsThatOnlyBreakTogetherProveNothing(t *testing.T) {
	made := WitnessTrial{Witness: witness.Witness{Restriction: witness.Restriction{What: "uq_x"}, Inserts: []string{"INSERT …"}}}
	f := ready(func(f *Facts) {
		f.Adversarial.Tried = []WitnessTrial{made, made}
		f.Adversarial.Together = &migrations.Failure{Message: "duplicate key"}
	})
	const want = "not proved: the upgrade fails with all 2 rows at once that were made to break it, and with none of them alone: duplicate key"
	if finding := judgeAdversarial(&f); finding.Answer != Unasked || finding.Summary != want {
		t.Errorf("%+v", finding)
	}
	f.Adversarial.Tried[0].Failure = &migrations.Failure{Message: "it arrived"}
	if finding := judgeAdversarial(&f); finding.Answer != Found {
		t.Errorf("a row breaks it by itself: %+v", finding)
	}
}
