package trials

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/checks"
	"devenv/devenv/database/data"
	"devenv/migrations"
)

// The trial repeat may finish before the upgrade itself is recorded.
func TestRecordingTheUpgradeKeepsUnsteadyColumns(t *testing.T) {
	t.Parallel()
	unsteady := []checks.Unsteady{{Table: "public.users", Column: "token", Random: true}}
	facts := checks.Facts{Outcomes: checks.Outcomes{Data: checks.DataOutcome{Unsteady: unsteady}}}
	u := &upgrade{data: checks.DataOutcome{Ran: true, Changes: []data.Change{{Table: "public.users", Kind: data.RowsAdded}}}}
	u.record(u.outcome, nil, nil)(&facts)
	want := checks.DataOutcome{Ran: true, Changes: u.data.Changes, Unsteady: unsteady}
	if diff := cmp.Diff(want, facts.Data); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOnlyNewColumnsMayDifferInEveryRun(t *testing.T) {
	t.Parallel()
	print := func(columns ...string) data.Fingerprint {
		table := data.TablePrint{OID: 7, Schema: "public", Name: "users", Rows: 2}
		for i, name := range columns {
			table.Columns = append(table.Columns, data.ColumnPrint{Number: int16(i + 1), Name: name})
		}
		return data.Fingerprint{Tables: []data.TablePrint{table}}
	}
	name := func(column string) data.ColumnName {
		return data.ColumnName{Table: "public.users", Column: column}
	}
	log := func(rows int64) data.TablePrint {
		return data.TablePrint{OID: 9, Schema: "public", Name: "log", Rows: rows}
	}
	u := &upgrade{}
	u.before.Fingerprint, u.after.Fingerprint = print("token", "at"), print("token", "at", "seen", "day")
	u.before.Fingerprint.Tables = append(u.before.Fingerprint.Tables, log(1))
	u.after.Fingerprint.Tables = append(u.after.Fingerprint.Tables, log(3))
	written := data.ColumnName{Table: "public.log", Column: "was"} // by a trigger, as the session writes times
	got := u.unsteady([]data.ColumnName{name("token"), name("at"), name("seen"), name("day"), written},
		[]data.ColumnName{name("token"), name("seen")})
	want := []checks.Unsteady{
		{Table: "public.users", Column: "token", Random: true},
		{Table: "public.users", Column: "at"},
		{Table: "public.users", Column: "day"}, // new, and depends on the zone
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOnlyColumnsAboutTheirRowAreStamps(t *testing.T) {
	t.Parallel()
	u := &upgrade{statements: []migrations.Statement{
		{Revision: "3f2a", SQL: "UPDATE users SET password_changed_at = now(), updated_at = now()"},
		{Revision: "3f2a", SQL: "ALTER TABLE users RENAME created_at TO made_at"},
	}}
	for column, want := range map[string]bool{
		"updated_at": true, "last_modified": true, "noted": true, "password_changed_at": false, "created_at": false,
	} {
		changes := u.meant([]data.Change{{Table: "public.users", Column: column, Kind: data.ValuesChanged, Stamped: true}})
		if changes[0].Stamped != want {
			t.Errorf("%s: stamped is %v", column, changes[0].Stamped)
		}
	}
}
