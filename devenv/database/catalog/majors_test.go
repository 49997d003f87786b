package catalog

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/internal/databasetest"
)

// versionChange is a schema change that servers from a version on support, and its one expected difference.
type versionChange struct {
	from                 int
	change, object, says string
}

func versionChanges() []versionChange {
	return []versionChange{
		{13, "ALTER TABLE users ALTER COLUMN email TYPE varchar(30)", "column:public.users.email", "character varying(30)"},
		{13, "ALTER TABLE users ALTER COLUMN name SET NOT NULL", "column:public.users.name", "text not null default 'x'::text"},
		{13, "ALTER TABLE users ALTER COLUMN id SET GENERATED ALWAYS", "column:public.users.id", "generated always as identity"},
		{
			13, "ALTER TABLE users ADD COLUMN twice integer GENERATED ALWAYS AS (age + age) STORED", "column:public.users.twice",
			"generated always as ((age + age)) stored",
		},
		{
			13, "ALTER TABLE users ADD CONSTRAINT fk FOREIGN KEY (team_id) REFERENCES teams DEFERRABLE INITIALLY DEFERRED",
			"constraint:public.users.fk", "DEFERRABLE INITIALLY DEFERRED",
		},
		{
			13, "ALTER TABLE users ADD CONSTRAINT ex EXCLUDE USING btree (email WITH =)", "constraint:public.users.ex",
			"EXCLUDE USING btree (email WITH =)",
		},
		{
			13, "CREATE INDEX ix ON users USING btree (lower(name) text_pattern_ops) INCLUDE (age) WHERE age > 3", "index:public.ix",
			"lower(name) text_pattern_ops) INCLUDE (age) WHERE (age > 3)",
		},
		{13, "ALTER TYPE mood ADD VALUE 'fine' BEFORE 'bad'", "enum:public.mood", "('ok', 'fine', 'bad')"},
		{13, "ALTER DOMAIN age ADD CONSTRAINT old CHECK (VALUE < 200)", "domain:public.age", "old CHECK"},
		{13, "CREATE TYPE span AS RANGE (subtype = integer)", "type:public.span", "range of integer"},
		{13, "ALTER SEQUENCE numbers INCREMENT 5 CYCLE", "sequence:public.numbers", "increment 5"},
		{13, "ALTER POLICY own ON users USING (id > 1)", "policy:public.users.own", "(id > 1)"},
		{13, "CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'", "function:public.p()", "PROCEDURE"},
		{13, "CREATE PUBLICATION pub FOR TABLE teams", "publication:pub", "public.teams"},
		{13, "CREATE STATISTICS st ON name, email FROM users", "statistics:public.st", "name, email"},
		{13, "GRANT SELECT (name) ON teams TO PUBLIC", "grant:column:public.teams.name", "public: SELECT"},
		{13, "ALTER TABLE teams REPLICA IDENTITY USING INDEX teams_pkey", "table:public.teams", "replica identity index public.teams_pkey"},
		{13, "CREATE TEXT SEARCH CONFIGURATION fr (COPY = french)", "text search configuration:public.fr", notCompared},
		{14, "ALTER TABLE teams ALTER COLUMN name SET COMPRESSION pglz", "column:public.teams.name", "compression p"},
		{
			14, "CREATE FUNCTION body(n integer) RETURNS integer LANGUAGE sql RETURN n + 1",
			"function:public.body(n integer)", "RETURN (n + 1)",
		},
		{14, "CREATE STATISTICS ex ON lower(name) FROM users", "statistics:public.ex", "lower(name)"},
		{
			15, "ALTER TABLE teams ADD CONSTRAINT one UNIQUE NULLS NOT DISTINCT (name)", "constraint:public.teams.one",
			"UNIQUE NULLS NOT DISTINCT (name)",
		},
		{15, "CREATE UNIQUE INDEX nn ON teams (name) NULLS NOT DISTINCT", "index:public.nn", "NULLS NOT DISTINCT"},
		{15, "CREATE VIEW careful WITH (security_invoker = true) AS SELECT id FROM users", "view:public.careful", "security_invoker=true"},
		{15, "ALTER PUBLICATION pub SET TABLE teams (id) WHERE (id > 5)", "publication:pub", "public.teams (id) where (id > 5)"},
		{
			15, "CREATE COLLATION digits (provider = icu, locale = 'de', deterministic = false)", "collation:public.digits",
			"i de not deterministic",
		},
		{16, "CREATE TABLE kept (n integer STORAGE PLAIN, t text STORAGE EXTERNAL)", "table:public.kept", "table"},
		{17, "GRANT MAINTAIN ON teams TO PUBLIC", "grant:table:public.teams", "public: MAINTAIN"},
		{17, "ALTER TABLE users ALTER COLUMN twice SET EXPRESSION AS (age * 4)", "column:public.users.twice", "(age * 4)"},
		{
			18, "ALTER TABLE users ADD COLUMN virtual integer GENERATED ALWAYS AS (age * 5)", "column:public.users.virtual",
			"generated always as ((age * 5)) virtual",
		},
		{18, "ALTER TABLE teams ADD CONSTRAINT named NOT NULL name NOT VALID", "column:public.teams.name", "not null not valid"},
		{18, "ALTER TABLE teams VALIDATE CONSTRAINT named", "column:public.teams.name", "text not null compression p"},
		{18, "ALTER TABLE users ADD CONSTRAINT lax CHECK (age > 1) NOT ENFORCED", "constraint:public.users.lax", "NOT ENFORCED"},
		{
			18, "CREATE TABLE stays (room int4range, during daterange, PRIMARY KEY (room, during WITHOUT OVERLAPS))",
			"table:public.stays", "table",
		},
		{
			18,
			"ALTER TABLE stays DROP CONSTRAINT stays_pkey; ALTER TABLE stays ADD CONSTRAINT stays_pkey PRIMARY KEY (during, room WITHOUT " +
				"OVERLAPS)", "constraint:public.stays.stays_pkey", "PRIMARY KEY (during, room WITHOUT OVERLAPS)",
		},
	}
}

func TestCatalogOfEachMajor(t *testing.T) {
	servers.OnEachMajor(t, schemaFixture, func(t *testing.T, conn *pgx.Conn) {
		var version int
		if err := conn.QueryRow(t.Context(), "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
			t.Fatal(err)
		}
		before := catalogOf(t, conn)
		if len(before.Unread) > 0 {
			t.Errorf("these objects of a plain schema are not read: %v", before.Unread)
		}
		for _, c := range versionChanges() {
			if c.from <= version/10000 {
				before = changeOnce(t, conn, before, c)
			}
		}
	})
}

// changeOnce makes a change and expects exactly one difference.
func changeOnce(t *testing.T, conn *pgx.Conn, before Catalog, c versionChange) Catalog {
	t.Helper()
	databasetest.Exec(t, conn, c.change)
	after := catalogOf(t, conn)
	differences := before.Diff(after)
	if len(differences) != 1 || differences[0].Object != c.object || !strings.Contains(differences[0].Is, c.says) {
		t.Errorf("%s: got %+v, want one difference of %s with %q", c.change, differences, c.object, c.says)
	}
	return after
}
