package discover

import "testing"

func TestSQLNearTheRevisionsIsNoCode(t *testing.T) {
	t.Parallel()
	near := MigrationTool{ScriptLocation: "api/alembic", Versions: []string{"api/alembic/versions", "crm/revisions"}}
	whole := MigrationTool{ScriptLocation: ".", Versions: []string{"./versions"}}
	for _, c := range []struct {
		tool MigrationTool
		file string
		want bool
	}{
		{near, "api/alembic/versions/3f2a_notes.py", true},
		{near, "crm/revisions/3f2a_notes.py", true},
		{near, "api/alembic/sql/schema.sql", true},
		{near, "api/alembic/models.py", false},
		{near, "api/alembic_sql/report.sql", false},
		{whole, "queries/report.sql", false},
		{whole, "versions/3f2a_notes.py", true},
		{MigrationTool{}, "queries/report.sql", false},
	} {
		if got := c.tool.IsScript(c.file); got != c.want {
			t.Errorf("%s: %t", c.file, got)
		}
	}
}
