package checks

import (
	"testing"

	"devenv/devenv/database/offending"
	"devenv/migrations"
)

func TestAFailedUpgradeReportsItsRows(t *testing.T) {
	rows := offending.Found{Schema: "crm", Table: "users", Column: "name", Rows: 1}
	for name, c := range map[string]struct {
		failure                migrations.Failure
		rows                   offending.Found
		summary, table, column string
	}{
		"nothing": {migrations.Failure{Message: "no"}, offending.Found{}, "the migration fails on the base's data: no", "", ""},
		"the rows alone": {
			migrations.Failure{Message: "too long", Revision: "3f2a"},
			rows, "revision 3f2a fails on the base's data: too long (1 row)",
			"crm.users", "name",
		},
		"the failure's names": {
			migrations.Failure{Message: "no", Table: "teams", Column: "id"},
			rows, "the migration fails on the base's data: no (1 row)",
			"public.teams", "id",
		},
	} {
		f := ready(func(f *Facts) { f.Seeded.Failure, f.Seeded.Offending = &c.failure, c.rows })
		got := judgeSeeded(&f)
		if e := got.Evidence[0]; got.Summary != c.summary || e.Table != c.table || e.Column != c.column {
			t.Errorf("%s: %s, of %s, %s", name, got.Summary, e.Table, e.Column)
		}
	}
}
