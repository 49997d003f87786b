package forward

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/internal/databasetest"
	"devenv/devenv/database/query"
)

// fixture has what an upgrade may lose. Its roles are the cluster's, which the tests share.
const fixture = `
DO $$ BEGIN CREATE ROLE forward_app LOGIN; CREATE ROLE forward_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE SCHEMA crm;
CREATE TABLE crm.loose (name text NOT NULL DEFAULT '', note text NOT NULL);
CREATE TABLE houses (id serial PRIMARY KEY, street text, town text DEFAULT 'x', built date, CONSTRAINT towns UNIQUE (town));
CREATE INDEX by_street ON houses (lower(street)) WHERE street <> '';
CREATE STATISTICS towns_streets ON town, street FROM houses;
COMMENT ON TABLE houses IS 'all of them';
ALTER TABLE houses SET (fillfactor = 70);
ALTER TABLE houses REPLICA IDENTITY FULL;
CREATE TABLE rooms (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, house integer REFERENCES houses, wide text, high text);
CREATE TABLE keys (code text PRIMARY KEY, made timestamp DEFAULT now());
CREATE VIEW streets WITH (security_barrier) AS SELECT id, street FROM houses;
COMMENT ON VIEW streets IS 'for the post';
CREATE MATERIALIZED VIEW counts AS SELECT house, count(*) AS n FROM rooms GROUP BY house;
CREATE UNIQUE INDEX counts_house ON counts (house);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touch BEFORE UPDATE ON houses FOR EACH ROW EXECUTE FUNCTION touch();
CREATE FUNCTION code() RETURNS text LANGUAGE sql AS 'SELECT ''x''';
ALTER TABLE keys ALTER code SET DEFAULT code();
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT count(*) FROM rooms';
REVOKE EXECUTE ON FUNCTION total() FROM PUBLIC;
CREATE FUNCTION sealed(text) RETURNS text LANGUAGE sql LEAKPROOF SET search_path = public SET work_mem = '8MB' AS 'SELECT $1';
CREATE PUBLICATION feed FOR TABLE houses;
GRANT SELECT, INSERT ON houses, rooms, keys TO forward_app;
GRANT UPDATE (built) ON houses TO forward_app;
GRANT SELECT ON streets, counts TO forward_app;
GRANT SELECT ON rooms TO forward_reader;
GRANT USAGE ON SCHEMA crm TO forward_app;
GRANT USAGE ON SEQUENCE houses_id_seq TO forward_app;
INSERT INTO houses (street, town) VALUES ('High', 'a'), ('Low', 'b');
INSERT INTO rooms (house) VALUES (1);
INSERT INTO keys VALUES ('a');
`

func stateOf(t *testing.T, conn *pgx.Conn) State {
	t.Helper()
	versions := query.VersionTable{}
	schema, err := catalog.Read(versions)(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	shape, err := catalog.ReadShape(versions)(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	access, err := ReadAccess(context.WithoutCancel(t.Context()), conn)
	if err != nil {
		t.Fatal(err)
	}
	return State{Catalog: schema, Shape: shape, Access: access}
}

// example is an upgrade; want are the objects that it must name, each with a word of what it says.
type example struct {
	upgrade string // statements, separated by lines
	want    []string
}

func TestWhatNoStatementMeantIsFound(t *testing.T) {
	cases := map[string]example{
		"what CASCADE takes along": {
			"DROP FUNCTION touch CASCADE\nDROP FUNCTION code() CASCADE\nDROP VIEW streets_old, streets CASCADE",
			[]string{"column:public.keys.code: lost its default", "trigger:public.houses.touch: is gone"},
		},
		"a view with its column, and a foreign key with its other key": {
			"ALTER TABLE houses DROP COLUMN street CASCADE\nALTER TABLE houses DROP CONSTRAINT houses_pkey CASCADE\n" +
				"ALTER TABLE houses ADD PRIMARY KEY (id)",
			[]string{"constraint:public.rooms.rooms_house_fkey: is gone", "view:public.streets: is gone"},
		},
		"views and functions made anew": {
			"DROP VIEW streets\nCREATE VIEW streets AS SELECT id, street, town FROM houses\nGRANT SELECT ON streets TO forward_app\n" +
				"DO $$ BEGIN DROP MATERIALIZED VIEW counts; CREATE MATERIALIZED VIEW counts AS SELECT house, 1 AS n FROM rooms; END $$\n" +
				"CREATE OR REPLACE FUNCTION sealed(text) RETURNS text LANGUAGE sql SET search_path = crm AS 'SELECT 1'\nSET work_mem = '1MB'\n" +
				"DROP FUNCTION total\nCREATE FUNCTION total() RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
			[]string{
				"function:public.sealed(text): no longer LEAKPROOF, SET work_mem",
				"function:public.total(): no longer STABLE, SECURITY DEFINER", "function:public.total(): without its grants",
				"index:public.counts_house: CONCURRENTLY", "matview:public.counts: lost SELECT",
				"view:public.streets: lost its comment", "view:public.streets: lost its options",
			},
		},
		"what a composed CASCADE takes along": {
			"DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN %I CASCADE', 'houses', 'street'); END $$",
			[]string{"view:public.streets: is gone"},
		},
		"a table made anew without what may not be NULL": {
			"CREATE TABLE crm.other AS TABLE crm.loose\nDROP TABLE crm.loose\nALTER TABLE crm.other RENAME TO loose\n" +
				"ALTER TABLE crm.loose ALTER name SET DEFAULT ''\nALTER TABLE crm.loose ALTER note SET NOT NULL",
			[]string{"column:crm.loose.name: lost its NOT NULL"},
		},
		"a column that is computed from others now": {
			"ALTER TABLE crm.loose ADD words text NOT NULL DEFAULT ''\nALTER TABLE crm.loose DROP note\n" +
				"ALTER TABLE crm.loose ADD note text GENERATED ALWAYS AS (name || words) STORED",
			nil,
		},
		"what was there already": {
			"CREATE TABLE IF NOT EXISTS houses (id int, \"street\" text, price numeric(8, 2) DEFAULT 0, PRIMARY KEY (id))\n" +
				"ALTER TABLE rooms ADD COLUMN IF NOT EXISTS wide integer NOT NULL\nALTER TABLE rooms ADD COLUMN IF NOT EXISTS high text",
			[]string{"column:public.houses.price: it lacks price", "column:public.rooms.wide: it is text"},
		},
		"keys that an upsert may name": {
			"ALTER TABLE houses DROP CONSTRAINT towns\nCREATE UNIQUE INDEX towns_lower ON houses (lower(town))",
			[]string{"constraint:public.houses.towns: ON CONFLICT (town) fails"},
		},
		"a key's name that a function uses": {
			"ALTER TABLE houses RENAME CONSTRAINT towns TO uq_towns\nCREATE FUNCTION settle(t text) RETURNS void LANGUAGE plpgsql AS " +
				"'BEGIN INSERT INTO houses (town) VALUES (t) ON CONFLICT ON CONSTRAINT towns DO NOTHING; END'",
			[]string{"constraint:public.houses.towns: ON CONSTRAINT towns fails, as in the function public.settle"},
		},
		"a key's name that nothing uses": {"ALTER TABLE houses RENAME CONSTRAINT towns TO uq_towns", nil},
		"a key that is an index now": {
			"ALTER TABLE houses DROP CONSTRAINT towns\nCREATE UNIQUE INDEX towns ON houses (town)",
			nil,
		},
		"a function made anew with other arguments": {
			"DROP FUNCTION total\nCREATE FUNCTION total(lowest bigint) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 1'",
			[]string{"function:public.total(lowest bigint): no longer SECURITY DEFINER", "function:public.total(lowest bigint): without its grants"},
		},
		"a table made anew": {
			"CREATE TABLE houses_new AS SELECT * FROM houses\nDROP TABLE houses CASCADE\nALTER TABLE houses_new RENAME TO houses\n" +
				"ALTER TABLE houses ADD PRIMARY KEY (id)\nCREATE VIEW streets AS SELECT id, street FROM houses\n" +
				"ALTER TABLE rooms ADD CONSTRAINT rooms_house_fkey FOREIGN KEY (house) REFERENCES houses",
			[]string{
				"column:public.houses.built: lost UPDATE",
				"column:public.houses.id: no longer gets a value of its own", "column:public.houses.town: lost its default",
				"constraint:public.houses.towns: is gone", "index:public.by_street: is gone", "publication:feed: no longer contains",
				"statistics:public.towns_streets: is gone", "table:public.houses: lost INSERT, SELECT", "table:public.houses: lost its comment",
				"table:public.houses: lost its options", "table:public.houses: lost its replica identity", "trigger:public.houses.touch: is gone",
				"view:public.streets: lost SELECT", "view:public.streets: lost its comment", "view:public.streets: lost its options",
			},
		},
		"what counts although it is said": {
			"ALTER TABLE keys SET UNLOGGED\nALTER TABLE houses DROP CONSTRAINT towns\n" +
				"ALTER TABLE houses ADD CONSTRAINT towns UNIQUE (town) DEFERRABLE\nALTER TABLE houses ALTER id DROP DEFAULT\n" +
				"ALTER TABLE rooms ALTER id DROP IDENTITY\nREFRESH MATERIALIZED VIEW counts WITH NO DATA\nDROP INDEX counts_house\n" +
				"ALTER TABLE rooms RENAME wide TO w\nALTER TABLE rooms RENAME high TO wide\nALTER TABLE rooms RENAME w TO high\n" +
				"DO $$ BEGIN EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', 'houses'); END $$",
			[]string{
				"column:public.houses.id: no longer gets a value of its own", "column:public.rooms.high: swapped", "column:public.rooms.id: no longer gets a value of its own",
				"constraint:public.houses.towns: deferrable", "index:public.counts_house: CONCURRENTLY", "matview:public.counts: holds no data",
				"table:public.keys: unlogged", "trigger:public.houses.touch: left disabled",
			},
		},
		"roles shut out": {
			"ALTER TABLE houses ENABLE ROW LEVEL SECURITY\nALTER TABLE rooms ENABLE ROW LEVEL SECURITY\n" +
				"CREATE POLICY reading ON rooms FOR SELECT USING (true)\nCREATE POLICY strict ON rooms AS RESTRICTIVE USING (id > 1)\n" +
				"REVOKE ALL ON keys FROM forward_app\nREVOKE USAGE ON SCHEMA crm FROM forward_app",
			[]string{
				"policy:public.rooms.strict: restrictive", "schema:crm: lost USAGE", "table:public.houses: shuts the role forward_app out",
				"table:public.keys: lost", "table:public.rooms: no policy lets it INSERT",
			},
		},
		"a table moved where a role may not go": {
			"CREATE SCHEMA vault\nALTER TABLE houses SET SCHEMA vault", []string{"table:vault.houses: may not use the schema vault"},
		},
		"row security that nobody can pass": {
			"CREATE TABLE logs (id integer)\nALTER TABLE crm.plain ENABLE ROW LEVEL SECURITY",
			[]string{"table:crm.plain: anybody but its owner"},
		},
		"a moment, and a setting": {
			"ALTER TABLE keys ALTER made SET DEFAULT 'now'::timestamp\n" +
				"ALTER TABLE rooms ADD token uuid DEFAULT '1f0c3a52-9d7e-4a7b-8a59-0b1c2d3e4f50'\n" +
				"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = crm', current_database()); END $$",
			[]string{"column:public.keys.made: one moment", "column:public.rooms.token: one moment", "setting:database.search_path: left with"},
		},
	}
	template := servers.Template(t, fixture+"CREATE TABLE crm.plain (id integer);")
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, compared(t, template.Copy(t), c, "INSERT INTO houses (town) VALUES (%s) ON CONFLICT (town) DO NOTHING")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestARoleThatSeesNothingIsShutOut(t *testing.T) {
	conn := servers.Template(t, fixture).Copy(t)
	before := stateOf(t, conn)
	databasetest.Exec(t, conn, `ALTER TABLE houses ENABLE ROW LEVEL SECURITY; CREATE POLICY none ON houses TO forward_app USING (id < 0);
		ALTER TABLE rooms ENABLE ROW LEVEL SECURITY; CREATE POLICY most ON rooms USING (id > 0);
		ALTER TABLE keys ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON keys USING (code = current_setting('app.code', true))`)
	found, err := Blinded(t.Context(), conn, before, stateOf(t, conn))
	if err != nil || len(found) != 1 || found[0].Object != "table:public.houses" || !found[0].Grave {
		t.Errorf("got %+v, %v", found, err)
	}
}

// TestAPasswordThatWillEndIsSeen runs alone, since its role belongs to the cluster.
func TestAPasswordThatWillEndIsSeen(t *testing.T) {
	conn := servers.Template(t, fixture).Copy(t)
	databasetest.Exec(t, conn, "CREATE ROLE forward_late LOGIN")
	defer databasetest.Exec(t, conn, "DROP ROLE forward_late")
	for until, want := range map[string]bool{"tomorrow": true, "yesterday": false, "infinity": false} {
		databasetest.Exec(t, conn, "ALTER ROLE forward_late VALID UNTIL '"+until+"'")
		if got := stateOf(t, conn).Access; got.Ends != want || got.Expired["forward_late"] != (until == "yesterday") {
			t.Errorf("%s: ends %t, want %t; expired %t", until, got.Ends, want, got.Expired["forward_late"])
		}
	}
}

func TestAViewNeedsTheRightsBehindIt(t *testing.T) {
	template := servers.Template(t, fixture+"GRANT SELECT ON streets TO forward_reader;")
	for upgrade, want := range map[string]string{
		"ALTER VIEW streets SET (security_barrier, security_invoker = true)":                              "forward_reader",
		"ALTER VIEW streets OWNER TO forward_reader":                                                      "forward_app",
		"CREATE OR REPLACE VIEW streets WITH (security_barrier) AS SELECT id, street, 1 AS n FROM houses": "",
		"GRANT SELECT ON houses TO forward_reader; ALTER VIEW streets SET (security_invoker = true)":      "",
		"REVOKE SELECT ON streets FROM forward_reader; ALTER VIEW streets SET (security_invoker = true)":  "",
	} {
		conn := template.Copy(t)
		before := stateOf(t, conn)
		databasetest.Exec(t, conn, upgrade)
		found, err := Unreadable(t.Context(), conn, before, stateOf(t, conn))
		var roles []string
		for _, change := range found {
			if change.Object == "view:public.streets" && strings.HasSuffix(change.Text, ": permission denied for table houses") {
				roles = append(roles, strings.Fields(change.Text)[2])
			}
		}
		if got := strings.Join(roles, " "); err != nil || !strings.HasPrefix(got, want) || want == "" && len(found) > 0 {
			t.Errorf("%s: got %+v, %v", upgrade, found, err)
		}
	}
}

// compared upgrades a database and returns what was not meant, as the case writes it.
func compared(t *testing.T, conn *pgx.Conn, c example, source string) []string {
	t.Helper()
	before := stateOf(t, conn)
	statements := strings.Split(c.upgrade, "\n")
	databasetest.Exec(t, conn, strings.Replace(strings.Join(statements, ";\n"), "streets_old, ", "", 1))
	var got []string
	for _, change := range Compare(before, stateOf(t, conn), statements, source) {
		if change.Conflict != nil && !change.UpsertsInto(source) {
			continue
		}
		said := change.Object + ": " + change.Text
		for _, want := range c.want {
			object, words, _ := strings.Cut(want, ": ")
			if object == change.Object && strings.Contains(change.Text, words) {
				said = want
			}
		}
		got = append(got, said)
	}
	slices.Sort(got)
	return got
}

func TestWhatAStatementMeansIsNoFinding(t *testing.T) {
	cases := map[string]string{
		"dropped by name": "DROP VIEW streets\nDROP TRIGGER touch ON houses\nDROP FUNCTION touch()\n" +
			"DROP INDEX by_street\nDROP STATISTICS towns_streets\n" +
			"ALTER TABLE houses DROP CONSTRAINT towns\nCOMMENT ON TABLE houses IS NULL\nALTER TABLE houses RESET (fillfactor)",
		"renamed": "ALTER TABLE houses RENAME TO homes\nALTER VIEW streets RENAME TO roads\nALTER FUNCTION total() RENAME TO sum_up\n" +
			"ALTER TABLE rooms RENAME wide TO width\nALTER INDEX by_street RENAME TO by_road\n" +
			"ALTER TRIGGER touch ON homes RENAME TO touched",
		"moved to another schema": "ALTER TABLE houses SET SCHEMA crm\nALTER VIEW streets SET SCHEMA crm",
		"moved away, and served by a view": "CREATE SCHEMA vault\nALTER TABLE keys SET SCHEMA vault\nCREATE VIEW keys AS SELECT * FROM vault.keys\n" +
			"GRANT SELECT, INSERT ON keys TO forward_app",
		"replaced": "CREATE OR REPLACE VIEW streets WITH (security_barrier) AS SELECT id, street, town FROM houses\n" +
			"CREATE OR REPLACE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT 2'",
		"in a loop": "DO $$ DECLARE v record; BEGIN FOR v IN SELECT viewname FROM pg_views WHERE schemaname = 'public' LOOP " +
			"EXECUTE format('DROP VIEW %I', v.viewname); END LOOP; END $$",
		"an index of a column that goes": "DROP VIEW streets\nALTER TABLE houses DROP COLUMN street",
		"a column that may be NULL":      "ALTER TABLE crm.loose ALTER COLUMN note DROP NOT NULL",
		"an index under another name":    "CREATE INDEX better ON houses (lower(street)) WHERE street <> ''\nDROP INDEX by_street",
		"a serial key that becomes an identity": "ALTER TABLE houses ALTER id DROP DEFAULT\nDROP SEQUENCE houses_id_seq\n" +
			"ALTER TABLE houses ALTER id ADD GENERATED ALWAYS AS IDENTITY",
		"row security with a policy": "ALTER TABLE rooms ENABLE ROW LEVEL SECURITY\nCREATE POLICY everybody ON rooms USING (true)",
		"a grant, and a new table with its own": "GRANT DELETE ON houses TO forward_app\n" +
			"CREATE TABLE badges (id serial PRIMARY KEY, made timestamp DEFAULT now())\n" +
			"GRANT SELECT ON badges TO forward_app",
		"a day that the revision names": "ALTER TABLE houses ALTER built SET DEFAULT '2024-03-01'",
		"other options of a function": "CREATE OR REPLACE FUNCTION sealed(text) RETURNS text LANGUAGE sql SET search_path = crm AS 'SELECT $1'\n" +
			"ALTER FUNCTION sealed(text) RESET work_mem\nALTER FUNCTION sealed(text) NOT LEAKPROOF",
		"an id that the revision names": "ALTER TABLE rooms ADD owner uuid DEFAULT '1f0c3a52-9d7e-4a7b-8a59-0b1c2d3e4f50'",
		"a view made anew with all it had": "DROP VIEW streets\n" +
			"CREATE VIEW streets WITH (security_barrier) AS SELECT id, street, 1 AS n FROM houses\n" +
			"COMMENT ON VIEW streets IS 'for the post'\nGRANT SELECT ON streets TO forward_app",
	}
	template := servers.Template(t, fixture)
	for name, upgrade := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := compared(t, template.Copy(t), example{upgrade: upgrade}, "'2024-03-01' 1F0C3A529d7e4a7b8a590b1c2d3e4f50"); len(got) > 0 {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestOnlyUpsertsWithTheKeyNeedIt(t *testing.T) {
	t.Parallel()
	key := Change{On: "team_members", Conflict: []string{"email", "team"}, Constraint: "one_team"}
	for code, want := range map[string]bool{
		"INSERT INTO team_members (email, team) VALUES (%s, %s) ON CONFLICT (team, email) DO NOTHING":                          true,
		"insert(TeamMember).values(rows).on_conflict_do_update(index_elements=[TeamMember.team, TeamMember.email], set_=rows)": true,
		`insert(TeamMember).on_conflict_do_nothing(index_elements=["email", "team"])`:                                          true,
		"INSERT INTO team_members (email) VALUES (%s) ON CONFLICT ON CONSTRAINT one_team DO NOTHING":                           true,
		`insert(TeamMember).values(rows).on_conflict_do_update(constraint="one_team", set_=rows)`:                              true,
		"INSERT INTO team_members (email) VALUES (%s) ON CONFLICT ON CONSTRAINT one_team_2 DO NOTHING":                         false,
		"INSERT INTO team_members (email) VALUES (%s) ON CONFLICT (email) DO NOTHING":                                          false,
		"INSERT INTO users (email, team) VALUES (%s, %s) ON CONFLICT (email, team) DO NOTHING":                                 false,
		"INSERT INTO team_members (email) VALUES (%s) ON CONFLICT DO NOTHING":                                                  false,
	} {
		if got := key.UpsertsInto(code); got != want {
			t.Errorf("%s: got %v", code, got)
		}
	}
}
