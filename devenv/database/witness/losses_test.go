package witness

import (
	"slices"
	"testing"

	"devenv/devenv/database/catalog"
)

func TestOnlyALossThatNothingPreventsIsRestricted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statements []string
		want       int
	}{
		"a cut while the type changes":    {[]string{"ALTER TABLE users ALTER COLUMN name TYPE varchar(9) USING left(name, 9)"}, 1},
		"a cut by a cast":                 {[]string{"ALTER TABLE users ALTER name TYPE varchar(9) USING name::varchar(9)"}, 1},
		"a cut in place":                  {[]string{"UPDATE users SET name = substring(btrim(name) from 1 for 9)"}, 1},
		"a cut into another column":       {[]string{"UPDATE users SET qty = left(name, 9)"}, 0},
		"a cut of what was kept":          {[]string{"INSERT INTO old SELECT name FROM users", "UPDATE users SET name = left(name, 9)"}, 0},
		"doubles by a join":               {[]string{"DELETE FROM users a USING users b WHERE a.name = b.name AND a.ctid > b.ctid"}, 1},
		"doubles by a group":              {[]string{"DELETE FROM users WHERE ctid NOT IN (SELECT min(ctid) FROM users GROUP BY name)"}, 1},
		"doubles of a spelling":           {[]string{"DELETE FROM users WHERE ctid NOT IN (SELECT min(ctid) FROM users GROUP BY lower(btrim(name)), n)"}, 1},
		"a cut whose rest is kept":        {[]string{"UPDATE users SET qty = substr(name, 10)", "UPDATE users SET name = left(name, 9)"}, 0},
		"doubles by their number":         {[]string{"WITH d AS (SELECT ctid AS c, row_number() OVER (PARTITION BY lower(name), n ORDER BY qty) AS r FROM users) DELETE FROM users USING d WHERE ctid = c AND r > 1"}, 1},
		"doubles in everything":           {[]string{"DELETE FROM users a USING users b WHERE a.name = b.name AND a.n = b.n AND a.qty = b.qty AND a.ctid > b.ctid"}, 0},
		"doubles that are merged before":  {[]string{"UPDATE users SET n = 1", "DELETE FROM users a USING users b WHERE a.name = b.name AND a.ctid > b.ctid"}, 0},
		"doubles that are archived":       {[]string{"WITH d AS (DELETE FROM users a USING users b WHERE a.name = b.name RETURNING a.*) INSERT INTO old SELECT * FROM d"}, 0},
		"rows without a parent elsewhere": {[]string{"DELETE FROM users WHERE name NOT IN (SELECT name FROM teams GROUP BY name)"}, 0},
	} {
		found := WithStatements(readShape(), readShape(), nil, c.statements)
		found = slices.DeleteFunc(found, func(r Restriction) bool { return r.Kind != RestrictLoss || r.Statement == "" })
		if len(found) != c.want {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

func TestALossAsksTheStatementsOrTheRows(t *testing.T) {
	t.Parallel()
	users := readShape().Tables[0]
	for table, want := range map[string]bool{"users": true, "teams": false} {
		w := Witness{Restriction: Restriction{Kind: RestrictLoss, beside: []int16{1}, before: &users}}
		lost, err := w.Lost(t.Context(), nil, func(name string) bool { return name == table })
		if err != nil || lost != want {
			t.Errorf("%s: %t, %v", table, lost, err)
		}
	}
	other := Witness{Restriction: Restriction{Kind: RestrictValue, before: &catalog.Table{}}}
	if lost, err := other.Lost(t.Context(), nil, func(string) bool { return true }); lost || err != nil {
		t.Errorf("%t, %v", lost, err)
	}
}
