package checks

import (
	"strings"
	"testing"

	"devenv/devenv/database/offending"
	"devenv/migrations"
)

func TestAFailingHistoryGetsItsOwnHint(t *testing.T) {
	orphans := migrations.Failure{
		Revision: "3f2a", SQLState: "23503", Table: "users", Column: "team",
		Statement: "ALTER TABLE users ADD FOREIGN KEY (team) REFERENCES teams",
	}
	own := migrations.Failure{Revision: "3f2a", SQLState: "42703", Message: `column "x" does not exist`}
	elsewhere, merged := orphans, migrations.Failure{Revision: "1b2c", SQLState: "42703"}
	elsewhere.Statement = "INSERT INTO users (team) VALUES (1)"
	merges := migrations.Failure{Revision: "1b2c", SQLState: "23503"}
	const known, form, model = "UPDATE users SET team = NULL WHERE team = 7", "UPDATE … SET … WHERE …", `sa.table("users"`
	for name, c := range map[string]struct {
		failure migrations.Failure
		says    string
	}{
		"that of the data, whose rows are known":      {orphans, known},
		"another statement's":                         {elsewhere, form},
		"a merged revision's, of a model that grew":   {merged, model},
		"the branch's, of a column that is not there": {own, ""},
		"a merged revision's, of its rows":            {merges, form},
	} {
		f := ready(func(f *Facts) {
			f.Seeded.Failure, f.Scratch.Failure = &orphans, &c.failure
			f.Seeded.Offending = offending.Found{Table: "users", Column: "team", Query: "SELECT * FROM users WHERE team = 7"}
		})
		hint := judgeScratch(&f).Hint
		for _, text := range []string{known, form, model} {
			if strings.Contains(hint, text) != (text == c.says) {
				t.Errorf("%s: %s", name, hint)
			}
		}
	}
}
