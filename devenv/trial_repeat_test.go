package devenv

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/checks"
	"devenv/devenv/database"
)

func TestOnlyANewColumnMayHaveOtherValuesInEveryRun(t *testing.T) {
	t.Parallel()
	print := func(columns ...string) database.Fingerprint {
		table := database.TablePrint{OID: 7, Schema: "public", Name: "users", Rows: 2}
		for i, name := range columns {
			table.Columns = append(table.Columns, database.ColumnPrint{Number: int16(i + 1), Name: name})
		}
		return database.Fingerprint{Tables: []database.TablePrint{table}}
	}
	name := func(column string) database.ColumnName {
		return database.ColumnName{Table: "public.users", Column: column}
	}
	r := &run{}
	r.before.fingerprint, r.after.fingerprint = print("token", "at"), print("token", "at", "seen", "day")
	got := r.unsteady([]database.ColumnName{name("token"), name("at"), name("seen"), name("day")}, []database.ColumnName{name("token"), name("seen")})
	want := []checks.Unsteady{
		{Table: "public.users", Column: "token", Random: true},
		{Table: "public.users", Column: "at"},
		{Table: "public.users", Column: "day"}, // new, and of the zone
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
