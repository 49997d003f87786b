package checks

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/database/offending"
	"devenv/devenv/database/witness"
	"devenv/devenv/database/writes"
	"devenv/devenv/report"
	"devenv/migrations"
)

// TestTheEvidenceOfAFindingIsWhole compares every field: scripts read them, and the summary does not show whether one
// is empty.
func TestTheEvidenceOfAFindingIsWhole(t *testing.T) {
	const path = "versions/3f2a.py"
	loss := data.Change{
		Kind: data.ValuesLost, Table: "public.users", Column: "legacy", Before: 4, After: 1, Keys: []string{"id=1"}, SampledBy: 64,
	}
	change := data.Change{
		Kind: data.ValuesChanged, Table: "public.orders", Column: "amount", Before: 4, After: 4, Rows: 2, Keys: []string{"id=2", "id=3"},
		SampledBy: 1,
		Examples:  []string{"id 2: 1.25 → 1.3", "id 3: 2.25 → 2.3"},
	}
	failure := &migrations.Failure{
		Code: migrations.FailureSQL, Revision: "3f2a", File: "/src/versions/3f2a.py", Line: 7, SQLState: "23502", Schema: "crm",
		Table: "users", Column: "tenant",
		Statement: " ALTER TABLE crm.users ADD tenant int NOT NULL\n", Message: "null", Detail: "a row",
	}
	rows := offending.Found{Rows: 2, Keys: []string{"id=1", "id=2"}, Query: "SELECT * FROM crm.users"}
	failed := report.Evidence{
		Revision: "3f2a", File: path, Line: 7, SQLState: "23502", Table: "crm.users", Column: "tenant",
		Statement: "ALTER TABLE crm.users ADD tenant int NOT NULL", Message: "null", Detail: "a row",
	}
	found := failed
	found.Rows, found.Keys, found.Query = rows.Rows, rows.Keys, rows.Query
	witnessed, retried, apart := failed, failed, failed
	witnessed.Table, witnessed.Insert = "crm.users", "INSERT INTO a;\nINSERT INTO b"
	witnessed.Detail = "users.tenant becomes NOT NULL; a row"
	retried.Message = "a failure in the middle leaves the migration half done, and the retry fails: null"
	retried.OwnWords = true
	retried.Detail = "a row; left behind: a; left behind: b; left behind: c; and 2 more; after: COMMIT"
	apart.Detail = "a row; one revision at a time works"
	witnesses := WitnessOutcome{Ran: true, Tried: []WitnessTrial{{
		Witness: witness.Witness{
			Inserts:     []string{"INSERT INTO a", "INSERT INTO b"},
			Restriction: witness.Restriction{Table: "crm.users", Columns: []string{"tenant"}, What: "users.tenant becomes NOT NULL"},
		},
		Failure: failure,
	}}}
	ends := report.Fail(report.KindWork, "", "it exited with status 1").WithOutput([]string{"one", "two"})
	for id, c := range map[string]struct {
		change func(*Facts)
		want   []report.Evidence
	}{
		"history.heads": {func(f *Facts) {
			f.History.Revisions = append(f.History.Revisions, migrations.Revision{
				ID: "9d8e", Path: "versions/9d8e.py", Down: []string{"1b2c"}, Head: true,
			})
			f.Since = map[string]string{"9d8e": "12 Nov 2024"}
		}, []report.Evidence{
			{Revision: "3f2a", File: path, Detail: "yours, parent 1b2c"},
			{Revision: "9d8e", File: "versions/9d8e.py", Detail: "develop since 12 Nov 2024, parent 1b2c"},
		}},
		"history.parent": {func(f *Facts) {
			f.History.Problems = []migrations.Problem{{
				Kind: migrations.ProblemParent, Revision: "3f2a", File: path, Line: 4, Message: "its parent zzz does not exist",
			}}
			f.Revisions[0].Down = []string{"zzz"}
		}, []report.Evidence{
			{Revision: "3f2a", File: path, Line: 4, Message: "its parent zzz does not exist"},
			{Revision: "3f2a", File: path, Message: "its parent is zzz, but the head of develop is 1b2c"},
		}},
		"history.edited": {func(f *Facts) {
			f.Edited = []Edit{{Path: "versions/1b2c.py", Status: "renamed", RenamedTo: "versions/1b2d.py"}}
		}, []report.Evidence{
			{File: "versions/1b2c.py", Detail: "renamed to versions/1b2d.py"},
		}},
		"history.single": {func(f *Facts) {
			f.Revisions = append(f.Revisions, migrations.Revision{ID: "4a4a", Path: "versions/4a4a.py", Down: []string{"3f2a"}})
		}, []report.Evidence{{File: path, Detail: "3f2a"}, {File: "versions/4a4a.py", Detail: "4a4a"}}},
		"generate.rename": {func(f *Facts) {
			f.Renames = []migrations.Rename{
				{Kind: migrations.RenameColumn, Schema: "crm", Table: "users", From: "legacy", To: "note"},
				{Kind: migrations.RenameTable, Schema: "public", Table: "a", From: "a", To: "b"},
			}
		}, []report.Evidence{
			{
				Revision: "3f2a", File: path, Table: "crm.users", Column: "legacy",
				Statement: `op.alter_column("users", "legacy", new_column_name="note", schema="crm")`,
				Message:   "note may be a rename of legacy",
			},
			{Revision: "3f2a", File: path, Table: "public.a", Statement: `op.rename_table("a", "b")`, Message: "b may be a rename of a"},
		}},
		"apply.seeded":  {func(f *Facts) { f.Seeded.Failure, f.Seeded.Offending = failure, rows }, []report.Evidence{found}},
		"apply.scratch": {func(f *Facts) { f.Scratch.Failure = failure }, []report.Evidence{failed}},
		"apply.stepwise": {func(f *Facts) {
			f.Seeded.Failure, f.Stepwise.Seeded = failure, Outcome{Ran: true}
		}, []report.Evidence{apart}},
		"apply.adversarial": {func(f *Facts) { f.Adversarial = witnesses }, []report.Evidence{witnessed}},
		"apply.atomic": {func(f *Facts) {
			f.Atomic.Breaks = []AtomicBreak{{
				Revision: "3f2a", Line: 6, Statement: "COMMIT", Retry: failure,
				Left: []catalog.Difference{{Object: "a"}, {Object: "b"}, {Object: "c"}, {Object: "d"}, {Object: "e"}},
			}}
			f.Atomic.Unfinished = []Unfinished{{
				Table: "public.users", Object: "index:public.ix", State: "INVALID", Definition: "CREATE INDEX ix",
			}}
		}, []report.Evidence{
			retried, {Revision: "3f2a", Table: "public.users", Message: "index:public.ix is left INVALID", Detail: "CREATE INDEX ix"},
		}},
		"data.lost": {func(f *Facts) { f.Data.Changes = []data.Change{change, loss} }, []report.Evidence{
			{
				Revision: "3f2a", Table: "public.users", Column: "legacy", Rows: 3, Keys: []string{"id=1"},
				Message: "at least 3 of 4 non-null values of users.legacy are lost", Detail: "the table is large: one row in 64 was read",
			},
		}},
		"data.changed": {func(f *Facts) {
			f.Data.Changes, f.Data.Unsteady = []data.Change{loss, change}, []Unsteady{{
				Table: "public.users", Column: "token", Random: true,
			}}
		}, []report.Evidence{
			{
				Revision: "3f2a", Table: "public.orders", Column: "amount", Rows: 2, Keys: []string{"id=2", "id=3"},
				Message: "orders.amount changed in 2 rows, e.g. id 2: 1.25 → 1.3", Detail: "id 3: 2.25 → 2.3",
			},
			{
				Revision: "3f2a", Table: "public.users", Column: "token",
				Message: "users.token gets different values each time the migration runs",
			},
		}},
		"reverse.applies": {func(f *Facts) { f.Reverse.Data.Base, f.Reverse.Written = []data.Change{loss}, witnesses }, []report.Evidence{
			{
				Revision: "3f2a", Table: "public.users", Column: "legacy", Rows: 3, Keys: []string{"id=1"},
				Message: "at least 3 of 4 non-null values of users.legacy are lost",
				Detail:  "the table is large: one row in 64 was read; by the downgrade",
			},
			witnessed,
		}},
		"reverse.schema": {func(f *Facts) {
			f.Reverse.Differences = []catalog.Difference{{Object: "enum:public.mood", Is: "('ok')"}}
		}, []report.Evidence{
			{Revision: "3f2a", Message: "enum:public.mood", Detail: "was absent, is ('ok')"},
		}},
		"reverse.again": {func(f *Facts) {
			f.Reverse.Data.Trip = []data.Change{{Kind: data.RowsAdded, Table: "public.teams", Before: 4, After: 6}}
		}, []report.Evidence{{
			Revision: "3f2a", Table: "public.teams", Rows: 2, Message: "teams has 2 more rows",
			Detail: "after upgrade, downgrade and upgrade, compared with one upgrade",
		}}},
		"drift.models": {func(f *Facts) {
			f.Drift.Operations = []migrations.Operation{{
				Kind: migrations.AddColumn, Object: "column:public.users.x", Rendered: "op.add_column(…)",
			}}
		}, []report.Evidence{{Message: "column:public.users.x", Statement: "op.add_column(…)", Detail: "add_column"}}},
		"drift.catalog": {func(f *Facts) {
			f.Models.Differences = []catalog.Difference{{Object: "column:public.users.n", Facet: "default", Was: "default 1"}}
		}, []report.Evidence{{
			Revision: "3f2a", Message: "column:public.users.n default",
			Statement: `op.alter_column("users", "n", server_default=sa.text("1"))`,
			Detail:    "in the models: default 1; in the migrations: absent",
		}}},
		"write.smoke": {func(f *Facts) {
			f.Smoke.Writes = []SmokeWrite{{
				Failed: writes.Failed{
					Table: "public.users", SQLState: "42501", Role: "app", Message: "denied", Detail: "at line 1",
					Statement: "INSERT INTO users", Broken: true,
				},
				Cause: migrations.Statement{Revision: "3f2a", Line: 12, SQL: "CREATE TABLE users ()"},
			}}
		}, []report.Evidence{{
			Revision: "3f2a", File: path, Line: 12, Statement: "CREATE TABLE users ()", Table: "public.users", Insert: "INSERT INTO users",
			SQLState: "42501", Message: "as role app: denied", OwnWords: true, Detail: "at line 1",
		}}},
		"start.branch": {func(f *Facts) {
			f.Branch.Err = ends
		}, []report.Evidence{{Message: "it exited with status 1", Detail: "one\ntwo"}}},
		"start.base": {func(f *Facts) {
			f.Base.Err, f.Base.Baseline = errors.New("it timed out"), ends
		}, []report.Evidence{{Message: "it exited with status 1", Detail: "one\ntwo"}}},
		"waiver.unused": {func(f *Facts) {
			f.Revisions[0].Waivers = []migrations.Waiver{{ID: "apply.seeded", Reason: "r", Line: 7}}
		}, []report.Evidence{{Revision: "3f2a", File: path, Line: 7, Message: "devenv: allow apply.seeded -- r was not needed"}}},
		"notes": {func(f *Facts) {
			f.Notes = []catalog.Note{{Table: "public.users", Column: "team", Text: "no index", Advice: "make one"}}
		}, []report.Evidence{
			{Revision: "3f2a", Table: "public.users", Column: "team", Message: "no index", Detail: "make one"},
		}},
	} {
		t.Run(id, func(t *testing.T) {
			for _, answer := range Evaluate(ready(c.change), Selection{}) {
				if diff := cmp.Diff(c.want, answer.Evidence); answer.ID == id && diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}
