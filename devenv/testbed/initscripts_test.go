package testbed

import (
	"slices"
	"testing"
)

func TestChangedInitScriptsAreFoundWithNewStatements(t *testing.T) {
	t.Parallel()
	script := func(path, content string) initScript { return initScript{path: path, content: []byte(content)} }
	before := map[string]initScript{
		"/a.sql": script("db/a.sql", "CREATE EXTENSION pgcrypto;\n"), "/b.sh": script("db/b.sh", "createdb other"),
		"/c.sql": script("db/c.sql", "CREATE SCHEMA crm;"),
	}
	after := map[string]initScript{
		"/a.sql": script("db/a.sql", "-- what we need; all of it\nCREATE EXTENSION pgcrypto;\nCREATE EXTENSION\n    citext;\n"+
			"CREATE ROLE reader PASSWORD 'x';\n\\connect other\nCREATE EXTENSION unaccent;\n"),
		"/b.sh":  script("db/b.sh", "createdb another"),
		"/d.sql": script("db/d.sql", "CREATE SCHEMA crm; CREATE SCHEMA shop;"),
		"/e.sql": script("db/e.sql", "DO $$ BEGIN PERFORM 1; END $$;"),
		"/g.sh": script("db/g.sh", "set -e\npsql -v ON_ERROR_STOP=1 --username \"$POSTGRES_USER\" --dbname \"$POSTGRES_DB\" <<-EOSQL\n"+
			"\tCREATE EXTENSION hstore;\n\tCREATE ROLE $APP;\n\tGRANT USAGE\n\t  ON SCHEMA crm TO reader;\nEOSQL\n"+
			"psql -U \"$POSTGRES_USER\" -c 'CREATE EXTENSION ltree' \\\n  -c \"CREATE SCHEMA audit\"\n"+
			"psql -d other -c 'CREATE EXTENSION cube'\n# psql -c 'CREATE EXTENSION dblink'\necho done -c 'nothing'\n"),
		"/f.sql": script("db/f.sql", "CREATE FUNCTION one() RETURNS int AS $body$ SELECT 1; SELECT 2; $body$ LANGUAGE sql;"),
	}
	changed, added := changedScripts(before, after)
	if want := []string{"db/c.sql", "db/a.sql", "db/b.sh", "db/d.sql", "db/e.sql", "db/f.sql", "db/g.sh"}; !slices.Equal(changed, want) {
		t.Errorf("changed %q, want %q", changed, want)
	}
	if want := []string{
		"CREATE EXTENSION citext", "CREATE SCHEMA shop", "CREATE EXTENSION hstore", "GRANT USAGE ON SCHEMA crm TO reader",
		"CREATE EXTENSION ltree", "CREATE SCHEMA audit",
	}; !slices.Equal(added, want) {
		t.Errorf("added %q, want %q", added, want)
	}
	if changed, added := changedScripts(before, before); len(changed)+len(added) > 0 {
		t.Errorf("nothing changed, yet: %q %q", changed, added)
	}
}
