package forward

import (
	"strings"
	"testing"

	"devenv/devenv/database/internal/databasetest"
	"devenv/devenv/database/query"
)

// damaged has names that SQL must quote. Its role is the cluster's: the test does not run beside others.
const damaged = `
DO $$ BEGIN CREATE ROLE "Own Role"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE "Own Role" RESET ALL;
ALTER ROLE "Own Role" LOGIN;
ALTER ROLE "Own Role" SET statement_timeout = '5s';
ALTER ROLE "Own Role" SET search_path = "$user", "Crm", public;
CREATE SCHEMA "Crm";
CREATE TABLE "Big Table" (id serial PRIMARY KEY, "Name" text NOT NULL, small text GENERATED ALWAYS AS (lower('X-'::text || "Name")) STORED,
  made timestamp DEFAULT now());
COMMENT ON TABLE "Big Table" IS 'a \ of them';
COMMENT ON COLUMN "Big Table"."Name" IS 'shown';
ALTER TABLE "Big Table" SET (fillfactor = 70);
ALTER TABLE "Big Table" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "Big Table" FORCE ROW LEVEL SECURITY;
CREATE PUBLICATION "My Feed" FOR TABLE "Big Table";
INSERT INTO "Big Table" ("Name") VALUES ('a'), ('b');
CREATE TABLE "Crm"."Notes" (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "Code" text NOT NULL, at timestamp, CONSTRAINT "One Code" UNIQUE ("Code"));
COMMENT ON CONSTRAINT "One Code" ON "Crm"."Notes" IS 'spoken';
INSERT INTO "Crm"."Notes" ("Code") VALUES ('a'), ('b');
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER "On Write" BEFORE UPDATE ON "Crm"."Notes" FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TABLE "Crm".keyed (id integer NOT NULL);
CREATE UNIQUE INDEX "Keyed" ON "Crm".keyed (id);
ALTER TABLE "Crm".keyed REPLICA IDENTITY USING INDEX "Keyed";
CREATE TYPE mood AS ENUM ('good');
COMMENT ON TYPE mood IS 'of today';
CREATE DOMAIN "Mail" AS text;
COMMENT ON DOMAIN "Mail" IS 'an address';
CREATE MATERIALIZED VIEW "Counts" AS SELECT 1 AS n;
CREATE UNIQUE INDEX "Counted" ON "Counts" (n);
COMMENT ON INDEX "Counted" IS 'once';
CREATE PROCEDURE "Do It"("Times" integer) LANGUAGE sql SECURITY DEFINER SET search_path = "Crm", public AS 'SELECT 1';
COMMENT ON PROCEDURE "Do It" IS 'often';
CREATE FUNCTION "Say"(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE SEQUENCE "Crm"."Numbers";
ALTER TABLE "Big Table" OWNER TO "Own Role";
ALTER PROCEDURE "Do It" OWNER TO "Own Role";
GRANT USAGE ON SCHEMA "Crm" TO "Own Role";
GRANT USAGE ON SEQUENCE "Crm"."Numbers" TO "Own Role";
GRANT UPDATE ("Code"), SELECT ("Code", at) ON "Crm"."Notes" TO "Own Role";
GRANT SELECT ON "Crm".keyed TO "Own Role";
`

func damage() []string {
	return []string{
		`CREATE TABLE others AS SELECT * FROM "Big Table"`, `DROP TABLE "Big Table"`, `ALTER TABLE others RENAME TO "Big Table"`,
		`ALTER TABLE "Big Table" ADD PRIMARY KEY (id)`, `ALTER TABLE "Big Table" ADD token uuid DEFAULT '1f0c3a52-9d7e-4a7b-8a59-0b1c2d3e4f50'`,
		`ALTER TABLE "Crm"."Notes" ALTER id DROP IDENTITY`, `ALTER TABLE "Crm"."Notes" ALTER at SET DEFAULT 'now'::timestamp`,
		`ALTER TABLE "Crm"."Notes" DROP CONSTRAINT "One Code"`, `ALTER TABLE "Crm"."Notes" ADD CONSTRAINT "One Code" UNIQUE ("Code") DEFERRABLE`,
		`ALTER TABLE "Crm"."Notes" DISABLE TRIGGER "On Write"`, `CREATE POLICY "Only own rows" ON "Crm"."Notes" AS RESTRICTIVE USING (true)`,
		`ALTER TABLE "Crm"."Notes" SET UNLOGGED`, `REVOKE UPDATE ("Code"), SELECT (at) ON "Crm"."Notes" FROM "Own Role"`,
		`DROP TABLE "Crm".keyed`, `CREATE TABLE "Crm".keyed (id integer NOT NULL)`, `CREATE UNIQUE INDEX "Keyed" ON "Crm".keyed (id)`,
		`DROP TYPE mood`, `CREATE TYPE mood AS ENUM ('good')`, `DROP DOMAIN "Mail"`, `CREATE DOMAIN "Mail" AS text`,
		`DROP INDEX "Counted"`, `REFRESH MATERIALIZED VIEW "Counts" WITH NO DATA`,
		`DROP PROCEDURE "Do It"`, `CREATE PROCEDURE "Do It"("Times" integer) LANGUAGE sql AS 'SELECT 1'`,
		`CREATE OR REPLACE FUNCTION "Say"(text) RETURNS text LANGUAGE sql AS 'SELECT $1'`, `REVOKE EXECUTE ON FUNCTION "Say" FROM PUBLIC`,
		`REVOKE USAGE ON SEQUENCE "Crm"."Numbers" FROM "Own Role"`,
		`ALTER ROLE "Own Role" NOLOGIN`, `ALTER ROLE "Own Role" SET statement_timeout = '9s'`, `ALTER ROLE "Own Role" RESET search_path`,
		`ALTER ROLE "Own Role" SET work_mem = '1MB'`,
		`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = ''''', current_database()); END $$`,
		`DO $$ BEGIN EXECUTE format('ALTER ROLE "Own Role" IN DATABASE %I SET work_mem = ''1MB''', current_database()); END $$`,
	}
}

func TestEveryMendRestoresWhatWasLost(t *testing.T) {
	conn := servers.Template(t, damaged).Copy(t)
	before := stateOf(t, conn)
	databasetest.Exec(t, conn, strings.Join(damage(), ";\n"))
	var name string
	if err := conn.QueryRow(t.Context(), "SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	changes := Compare(before, stateOf(t, conn), damage(), "")
	for _, c := range changes {
		mend := strings.Replace(c.Mend, "DATABASE …", "DATABASE "+query.Identifier(name), 1)
		if _, err := conn.Exec(t.Context(), mend); c.Mend == "" || err != nil {
			t.Errorf("%s: %s: %v", c.Text, mend, err)
		}
	}
	if len(changes) < 35 {
		t.Errorf("only %d changes were found: %+v", len(changes), changes)
	}
	for _, c := range Compare(before, stateOf(t, conn), damage(), "") {
		t.Errorf("not mended: %s, was %s: %s", c.Text, c.Was, c.Mend)
	}
	databasetest.Exec(t, conn, `INSERT INTO "Big Table" ("Name") VALUES ('c'); INSERT INTO "Crm"."Notes" ("Code") VALUES ('c')`)
}
