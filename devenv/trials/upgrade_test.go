package trials

import (
	"testing"

	"devenv/devenv/database/catalog"
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

func TestALeftSearchPathNamesItsStatement(t *testing.T) {
	t.Parallel()
	u := &upgrade{statements: []migrations.Statement{
		{Revision: "3f2a", Line: 1, SQL: "ALTER DATABASE shop SET search_path TO reports"}, {Revision: "3f2a", Line: 2, SQL: "CREATE SCHEMA reports"},
	}}
	if setting, _ := u.leftPath(); setting != "" {
		t.Errorf("%q was left", setting)
	}
	u.after.Catalog.Objects = map[string]catalog.Object{"setting:database.search_path": {Definition: "search_path=reports"}}
	if setting, left := u.leftPath(); setting != "search_path=reports" || left.Line != 1 {
		t.Errorf("%q was left by line %d", setting, left.Line)
	}
}
