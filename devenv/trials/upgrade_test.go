package trials

import (
	"testing"

	"devenv/migrations"
)

func TestLastStatementToTouchATableIsBlamed(t *testing.T) {
	t.Parallel()
	u := &upgrade{}
	for line, sql := range []string{
		"", "ALTER TABLE tags ADD COLUMN weight int", "INSERT INTO tags (id, label) VALUES (3, 'urgent')",
		"CREATE INDEX ix ON tags_of_teams (team)", "ALTER TABLE members ADD note text",
	} {
		u.statements = append(u.statements, migrations.Statement{Revision: "3f2a", Line: line, SQL: sql})
	}
	u.statements = append(u.statements, migrations.Statement{Line: 9, SQL: "SELECT * FROM tags"}) // env.py's
	for table, want := range map[string]int{"public.tags": 2, "public.tags_of_teams": 3, "crm.visits": 0} {
		if got := u.lastToTouch(table); got.Line != want {
			t.Errorf("%s: line %d, want %d", table, got.Line, want)
		}
	}
}
