package witness

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// cleanFixture has rows that violate nothing in the cases below, and most of what makes rows hard to write.
const cleanFixture = `
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE SCHEMA "Shop";
CREATE TYPE mood AS ENUM ('sad', 'ok', 'meh');
CREATE DOMAIN share AS numeric(5,2) CHECK (VALUE >= 0);
CREATE TABLE teams (id serial PRIMARY KEY, name text NOT NULL UNIQUE, lead_id int);
CREATE TABLE users (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(60), email varchar(120) NOT NULL UNIQUE, nick text, age int,
  feeling mood DEFAULT 'ok', team_id int REFERENCES teams, number bigint, amount numeric(12,4), qty_text text, body text, status varchar(20) NOT NULL DEFAULT 'new',
  flag_text text, part share, tags text[], upper_name text GENERATED ALWAYS AS (upper(name)) STORED, "Odd Name" text, active bool NOT NULL,
  CHECK (age >= 0), CHECK (nick <> '' OR email LIKE '%@%'));
CREATE INDEX ON users (team_id, name); CREATE UNIQUE INDEX uq_odd ON users ("Odd Name");
ALTER TABLE teams ADD FOREIGN KEY (lead_id) REFERENCES users;
INSERT INTO teams (name) VALUES ('red'), ('blue');
INSERT INTO users (name, email, nick, age, team_id, number, amount, qty_text, body, flag_text, part, "Odd Name", active) VALUES
  ('Ann', 'ann@x.org', 'a', 30, 1, 1, 1, '1', '{}', 't', 1, 'odd', true), ('Bob', 'bob@x.org', 'b', 40, 2, 2, 2, '2', '[]', 'f', 2, 'even', false);
CREATE TABLE "Shop"."Item" ("Key" uuid PRIMARY KEY, "Label" text, owner int NOT NULL UNIQUE REFERENCES users, price int);
INSERT INTO "Shop"."Item" VALUES ('5d0c4a5e-0000-4000-8000-000000000001', 'saw', 1, 5);
CREATE TABLE members (team_id int REFERENCES teams, user_id int REFERENCES users, since date, PRIMARY KEY (team_id, user_id));
INSERT INTO members VALUES (1, 1, '2024-01-01'), (1, 2, NULL);
CREATE TABLE bookings (id serial PRIMARY KEY, room int NOT NULL, during daterange NOT NULL);
INSERT INTO bookings (room, during) VALUES (1, '[2024-01-01,2024-02-01)');
CREATE TABLE drafts (id serial PRIMARY KEY, author int NOT NULL REFERENCES users, title varchar(30) NOT NULL, slug text);
CREATE TABLE nodes (id int PRIMARY KEY, parent int NOT NULL REFERENCES nodes, label text);
CREATE TABLE events (id bigint, at date NOT NULL, kind text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_2024 (kind text, at date NOT NULL, id bigint NOT NULL); ALTER TABLE events ATTACH PARTITION events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO events VALUES (1, '2024-05-01', 'login');
CREATE TABLE papers (id serial PRIMARY KEY, doc jsonb); INSERT INTO papers (doc) VALUES ('{"qty": "1", "title": "a"}');
CREATE TABLE measures (id serial PRIMARY KEY, doc jsonb NOT NULL, big float8, odd float8); INSERT INTO measures (doc, big, odd) VALUES ('{"qty": 1}', 1, 'NaN');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE stamps (id serial PRIMARY KEY, at timestamp NOT NULL UNIQUE, price numeric(10,4) UNIQUE, code text UNIQUE, moods mood[], span int8range);
INSERT INTO stamps (at, price, code, moods, span) VALUES ('2024-05-01 10:00', 1.5, '17', '{ok}', '[1,5)');
CREATE DOMAIN whole AS numeric; CREATE DOMAIN half AS whole CHECK (VALUE > 0); CREATE TYPE size AS (wide int, high varchar(9), feeling mood);
CREATE TABLE parcels (id serial PRIMARY KEY, size size, sizes size[], share half, shares numeric[], paid money);
INSERT INTO parcels (size, sizes, share, shares, paid) VALUES ('(1,a,ok)', '{"(1,a,ok)"}', 2, '{1}', 3);
CREATE DOMAIN currency AS char(3) CHECK (VALUE ~ '^[A-Z]{3}$');
CREATE TABLE fares (id serial PRIMARY KEY, unit currency, class text NOT NULL CHECK (class ~ '^[A-Z]\d$')); INSERT INTO fares (unit, class) VALUES ('EUR', 'Y1');
CREATE TABLE slots (id serial PRIMARY KEY, team int REFERENCES teams, gate text, opens timestamp NOT NULL, shuts timestamp NOT NULL CHECK (shuts > opens),
  EXCLUDE USING gist (team WITH =, tsrange(opens, shuts) WITH &&));
INSERT INTO slots (team, gate, opens, shuts) VALUES (1, 'F04', '2024-05-01 10:00', '2024-05-01 11:00'), (1, NULL, '2024-05-02 10:00', '2024-05-02 11:00'), (2, 'G01', '2024-05-01 10:00', '2024-05-01 11:00');
CREATE TABLE ships (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text);
CREATE TABLE decks (ship uuid REFERENCES ships, n int, kind text, PRIMARY KEY (ship, n));
INSERT INTO ships (name) VALUES ('Ada'); INSERT INTO decks SELECT id, 1, 'sun' FROM ships;
CREATE TABLE locked (id serial PRIMARY KEY, note text);
INSERT INTO locked (note) VALUES ('n');
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'closed for good'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON locked FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE DOMAIN phase AS text CHECK (VALUE IN ('on', 'off'));
CREATE TABLE lamps (id serial PRIMARY KEY, now phase NOT NULL, watts int NOT NULL CHECK (watts BETWEEN 5 AND 2000)); INSERT INTO lamps (now, watts) VALUES ('on', 60);
CREATE TABLE odd_checks (id serial PRIMARY KEY, a int NOT NULL, b int NOT NULL, kind text NOT NULL CHECK (kind IN ('x', 'y')), CHECK (a < b));
`

// witnessCases returns migrations with the SQLSTATE that a witness must cause: empty if there must be no witness.
func witnessCases() map[string]struct{ move, state string } {
	return map[string]struct{ move, state string }{
		"SET NOT NULL":                        {"ALTER TABLE users ALTER name SET NOT NULL", "23502"},
		"SET NOT NULL of a name with a space": {`ALTER TABLE users ALTER "Odd Name" SET NOT NULL`, "23502"},
		"SET NOT NULL in another schema":      {`ALTER TABLE "Shop"."Item" ALTER "Label" SET NOT NULL`, "23502"},
		"SET NOT NULL on a partitioned table": {"ALTER TABLE events ALTER kind SET NOT NULL", "23502"},
		"SET NOT NULL on an empty table":      {"ALTER TABLE drafts ALTER slug SET NOT NULL", "23502"},
		"SET NOT NULL, filled before": {"UPDATE users SET name = 'x' WHERE name IS NULL; ALTER TABLE users ALTER " +
			"name SET NOT NULL", ""},
		"SET NOT NULL, filled from what may be NULL": {"UPDATE users SET name = nick WHERE name IS NULL; ALTER TABLE users ALTER " +
			"name SET NOT NULL", "23502"},
		"SET NOT NULL after a validated CHECK": {"UPDATE users SET name = 'x' WHERE name IS NULL; ALTER TABLE users ADD " +
			"CONSTRAINT nn CHECK (name IS NOT NULL); ALTER TABLE users ALTER name SET NOT NULL; ALTER TABLE users DROP CONSTRAINT nn", ""},
		"SET NOT NULL, renamed too": {"ALTER TABLE users RENAME name TO full_name; ALTER TABLE users RENAME TO " +
			"people; ALTER TABLE people ALTER full_name SET NOT NULL", "23502"},
		"ADD COLUMN NOT NULL on an empty table": {"ALTER TABLE drafts ADD tenant int NOT NULL", "23502"},
		"ADD COLUMN NOT NULL, backfilled by a join": {"ALTER TABLE users ADD team_name text; UPDATE users SET team_name = " +
			"t.name FROM teams t WHERE t.id = users.team_id; ALTER TABLE users ALTER team_name SET NOT NULL", "23502"},
		"ADD COLUMN NOT NULL, backfilled for all": {"ALTER TABLE users ADD team_name text; UPDATE users SET team_name = 'x'; " +
			"ALTER TABLE users ALTER team_name SET NOT NULL", ""},
		"ADD COLUMN with a default":                  {"ALTER TABLE users ADD kind text NOT NULL DEFAULT 'x'", ""},
		"UNIQUE":                                     {"ALTER TABLE users ADD UNIQUE (nick)", "23505"},
		"UNIQUE of several":                          {"ALTER TABLE users ADD UNIQUE (team_id, name)", "23505"},
		"UNIQUE on an empty table":                   {"CREATE UNIQUE INDEX uq ON drafts (title)", "23505"},
		"UNIQUE on a foreign key":                    {"ALTER TABLE users ADD UNIQUE (team_id)", "23505"},
		"UNIQUE that another one implies":            {"ALTER TABLE users ADD UNIQUE (email, nick)", ""},
		"UNIQUE index on an expression":              {"CREATE UNIQUE INDEX uq ON users (lower(email))", "23505"},
		"UNIQUE index with a predicate":              {"CREATE UNIQUE INDEX uq ON users (nick) WHERE status = 'new'", "23505"},
		"UNIQUE index with a predicate nobody meets": {"CREATE UNIQUE INDEX uq ON users (nick) WHERE status = 'gone'", "23505"},
		"UNIQUE after duplicates were removed": {"DELETE FROM users u USING users o WHERE u.nick = o.nick AND u.id > o.id; " +
			"ALTER TABLE users ADD UNIQUE (nick)", ""},
		"UNIQUE on a new column, filled from an old one": {"ALTER TABLE users ADD slug text; UPDATE users SET slug = lower(name); " +
			"ALTER TABLE users ADD UNIQUE (slug)", "23505"},
		"UNIQUE NULLS NOT DISTINCT": {"ALTER TABLE users ADD UNIQUE NULLS NOT DISTINCT (nick)", "23505"},
		"UNIQUE, now also of NULLs": {`DROP INDEX uq_odd; CREATE UNIQUE INDEX uq_odd ON users ("Odd Name") NULLS NOT DISTINCT`, "23505"},
		"PRIMARY KEY moved": {
			"ALTER TABLE bookings DROP CONSTRAINT bookings_pkey, ADD PRIMARY KEY (room)",
			"23505",
		},
		"the same UNIQUE under another name": {"ALTER TABLE users DROP CONSTRAINT users_email_key, ADD CONSTRAINT other " +
			"UNIQUE (email)", ""},
		"FOREIGN KEY": {`ALTER TABLE users ADD FOREIGN KEY (number) REFERENCES users (id)`, "23503"},
		"FOREIGN KEY on an empty table": {"CREATE TABLE slugs (slug text PRIMARY KEY); ALTER TABLE drafts ADD " +
			"FOREIGN KEY (slug) REFERENCES slugs", "23503"},
		"FOREIGN KEY not validated": {
			"ALTER TABLE users ADD FOREIGN KEY (number) REFERENCES users (id) NOT VALID",
			"",
		},
		"FOREIGN KEY with another action": {"ALTER TABLE users DROP CONSTRAINT users_team_id_fkey, ADD CONSTRAINT fk " +
			"FOREIGN KEY (team_id) REFERENCES teams ON DELETE CASCADE", ""},
		"FOREIGN KEY on a new column, default without a parent": {
			"ALTER TABLE drafts ADD team_id int NOT NULL DEFAULT 0 REFERENCES teams",
			"23503",
		},
		"CHECK":                            {"ALTER TABLE users ADD CHECK (age >= 18)", "23514"},
		"CHECK that another one implies":   {"ALTER TABLE users ADD CHECK (age >= -5)", ""},
		"CHECK of a list":                  {"ALTER TABLE users ADD CHECK (status IN ('new', 'old'))", "23514"},
		"CHECK of a list with other words": {"ALTER TABLE odd_checks DROP CONSTRAINT odd_checks_kind_check, ADD CHECK (kind IN ('x', 'z'))", "23514"},
		"CHECK of a list with more words":  {"ALTER TABLE odd_checks DROP CONSTRAINT odd_checks_kind_check, ADD CHECK (kind IN ('x', 'y', 'z'))", ""},
		"CHECK of a narrower range":        {"ALTER TABLE lamps DROP CONSTRAINT lamps_watts_check, ADD CHECK (watts BETWEEN 5 AND 400)", "23514"},
		"CHECK of a domain with less":      {"ALTER DOMAIN phase DROP CONSTRAINT phase_check; ALTER DOMAIN phase ADD CHECK (VALUE IN ('on', 'dim'))", "23514"},
		"CHECK of two columns":             {"ALTER TABLE users ADD CHECK (age > number)", "23514"},
		"CHECK with a cast":                {"ALTER TABLE users ADD CHECK (qty_text::int > 0)", "2"},
		"CHECK on an empty table":          {"ALTER TABLE odd_checks ADD CHECK (b < 50)", "23514"},
		"CHECK after a repair":             {"UPDATE users SET age = 18 WHERE age < 18; ALTER TABLE users ADD CHECK (age >= 18)", ""},
		"CHECK not validated":              {"ALTER TABLE users ADD CHECK (age >= 18) NOT VALID", ""},
		"CHECK of a domain":                {"ALTER DOMAIN share ADD CONSTRAINT most CHECK (VALUE <= 100)", "23514"},
		"varchar narrowed":                 {"ALTER TABLE users ALTER status TYPE varchar(10)", "22001"},
		"text to varchar":                  {"ALTER TABLE users ALTER nick TYPE varchar(10)", "22001"},
		"varchar widened":                  {"ALTER TABLE users ALTER status TYPE varchar(64)", ""},
		"varchar to text":                  {"ALTER TABLE users ALTER status TYPE text", ""},
		"varchar cut":                      {"ALTER TABLE users ALTER status TYPE varchar(5) USING left(status, 5)", ""},
		"bigint to int":                    {"ALTER TABLE users ALTER number TYPE int", "22003"},
		"int to bigint":                    {"ALTER TABLE users ALTER age TYPE bigint", ""},
		"numeric with less precision":      {"ALTER TABLE users ALTER amount TYPE numeric(6,4)", "22003"},
		"numeric with more":                {"ALTER TABLE users ALTER amount TYPE numeric(14,4)", ""},
		"text to int":                      {"ALTER TABLE users ALTER qty_text TYPE int USING qty_text::int", "22P02"},
		"text to int, made safe": {"ALTER TABLE users ALTER qty_text TYPE int USING CASE WHEN qty_text ~ '^\\d+$' THEN " +
			"qty_text::int END", ""},
		"text to jsonb": {"ALTER TABLE users ALTER body TYPE jsonb USING body::jsonb", "22P02"},
		"text to bool":  {"ALTER TABLE users ALTER flag_text TYPE bool USING flag_text::bool", "22P02"},
		"varchar to enum": {"CREATE TYPE ost AS ENUM ('new', 'old'); ALTER TABLE users ALTER status DROP DEFAULT, " +
			"ALTER status TYPE ost USING status::ost", "22P02"},
		"enum value gone": {"ALTER TYPE mood RENAME TO mood_old; CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER " +
			"TABLE users ALTER feeling DROP DEFAULT, ALTER feeling TYPE mood USING feeling::text::mood", "22P02"},
		"enum value gone, mapped": {"ALTER TYPE mood RENAME TO mood_old; CREATE TYPE mood AS ENUM ('sad', 'ok'); UPDATE " +
			"users SET feeling = 'ok' WHERE feeling = 'meh'; ALTER TABLE users ALTER feeling DROP DEFAULT, ALTER feeling TYPE mood USING " +
			"feeling::text::mood", ""},
		"a field of a composite type gets narrower": {"CREATE TYPE small AS (wide smallint, high varchar(9), feeling mood); ALTER TABLE " +
			"parcels ALTER size TYPE small USING ROW((size).wide, (size).high, (size).feeling)::small", "22003"},
		"a label in composites in an array goes": {"CREATE TYPE calm AS ENUM ('ok'); CREATE TYPE dull AS (wide int, high varchar(9), " +
			"feeling calm); ALTER TABLE parcels ALTER sizes TYPE dull[] USING sizes::text::dull[]", "22P02"},
		"a composite type gets wider": {"CREATE TYPE large AS (wide bigint, high text, feeling mood); ALTER TABLE " +
			"parcels ALTER size TYPE large USING ROW((size).wide, (size).high, (size).feeling)::large", ""},
		"CHECK of a domain below another":         {"ALTER DOMAIN whole ADD CHECK (VALUE < 500)", "23514"},
		"CHECK of a domain in an array":           {"CREATE DOMAIN tiny AS numeric CHECK (VALUE < 10); ALTER TABLE parcels ALTER shares TYPE tiny[]", "23514"},
		"CHECK of a domain of codes":              {"ALTER DOMAIN currency ADD CHECK (VALUE IN ('EUR', 'USD'))", "23514"},
		"CHECK of codes that one gives a form":    {"ALTER TABLE fares ADD CHECK (class IN ('Y1', 'J1'))", "23514"},
		"EXCLUDE beside another":                  {"ALTER TABLE slots ADD EXCLUDE USING gist (gate WITH =, tsrange(opens - interval '40 min', opens) WITH &&) WHERE (gate IS NOT NULL)", "23P01"},
		"money to numeric":                        {"ALTER TABLE parcels ALTER paid TYPE numeric(12,2) USING paid::numeric", ""},
		"money to a narrow numeric":               {"ALTER TABLE parcels ALTER paid TYPE numeric(6,2) USING paid::numeric", "22003"},
		"enum value added":                        {"ALTER TYPE mood ADD VALUE 'great'", ""},
		"EXCLUDE":                                 {"ALTER TABLE bookings ADD EXCLUDE USING gist (room WITH =, during WITH &&)", "23P01"},
		"generated column":                        {"ALTER TABLE users ADD qty int GENERATED ALWAYS AS (qty_text::int) STORED", "22P02"},
		"index on an expression":                  {"CREATE INDEX ix ON users ((qty_text::int))", "22P02"},
		"index on an expression that never fails": {"CREATE INDEX ix ON users (lower(name))", ""},
		"plain index":                             {"CREATE INDEX ix ON users (body)", ""},
		"plain index where texts are long": {
			"UPDATE users SET body = repeat('long ', 200) WHERE false; CREATE INDEX ix ON users (nick)",
			"",
		},
		"a unique key without regard to case": {
			"CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false); ALTER TABLE stamps " +
				"ALTER code TYPE text COLLATE nocase",
			"23505",
		},
		"a table becomes a partition": {
			"CREATE TABLE all_bookings (id int NOT NULL, room int NOT NULL, during daterange NOT NULL) PARTITION BY RANGE " +
				"(room); ALTER TABLE bookings ALTER id DROP DEFAULT, DROP CONSTRAINT bookings_pkey; ALTER TABLE all_bookings " +
				"ATTACH PARTITION bookings FOR VALUES FROM (1) TO (50)",
			"23514",
		},
		"a table becomes a partition by a list": {
			"CREATE TABLE u (LIKE users) PARTITION BY LIST (status); ALTER TABLE \"Shop\".\"Item\" DROP CONSTRAINT " +
				"\"Item_owner_fkey\"; CREATE TABLE d (LIKE drafts) PARTITION BY LIST (title); ALTER TABLE d ATTACH PARTITION " +
				"drafts FOR VALUES IN ('a', 'b')",
			"23514",
		},
		"a partition beside the default": {
			"CREATE TABLE events_2031 PARTITION OF events FOR VALUES FROM ('2031-01-01') TO ('2032-01-01')",
			"23514",
		},
		"a table that points to itself": {"ALTER TABLE nodes ALTER label SET NOT NULL", "23502"},
		"a junction table":              {"ALTER TABLE members ALTER since SET NOT NULL", "data"},
		"a new table": {"CREATE TABLE badges (id serial PRIMARY KEY, u int NOT NULL UNIQUE REFERENCES users " +
			"CHECK (u > 0))", ""},
		"a dropped column":                {"ALTER TABLE users DROP body", ""},
		"a trigger that refuses":          {"ALTER TABLE locked ALTER note SET NOT NULL", "refused"},
		"DDL after DML on an empty table": {"UPDATE drafts SET slug = title; ALTER TABLE drafts ADD COLUMN x int", ""},
	}
}

func TestWitnessesBreakExactlyFaultyMigrations(t *testing.T) {
	servers.OnEachMajor(t, cleanFixture, func(t *testing.T, conn *pgx.Conn) { tryWitnesses(t, conn, witnessCases()) })
	tryWitnesses(t, servers.Template(t, cleanFixture).Copy(t), readCases())
}

// tryWitnesses tries every case in a database that holds cleanFixture.
func tryWitnesses(t *testing.T, conn *pgx.Conn, cases map[string]struct{ move, state string }) {
	t.Helper()
	before, err := catalog.ReadShape(query.VersionTable{})(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range cases {
		if strings.Contains(c.move, "NULLS NOT DISTINCT") && before.Version < 150000 {
			continue // it is new in Postgres 15
		}
		t.Run(name, func(t *testing.T) {
			after, err := shapeAfter(t, conn, c.move)
			if err != nil {
				if c.state != "data" {
					t.Fatalf("the move itself: %v", err)
				}
				return
			}
			witnesses, err := Build(t.Context(), conn, &before, WithStatements(&before, &after,
				Restrictions(&before, &after), strings.Split(c.move, "; ")))
			if err != nil {
				t.Fatal(err)
			}
			got, story := "", ""
			for _, w := range witnesses {
				state := ""
				if len(w.Inserts) > 0 {
					state = outcomeOf(t, conn, w.Inserts, c.move)
				}
				if w.Problem != "" && c.state != "refused" {
					t.Errorf("no witness for %s: %s", w.Restriction.What, w.Problem)
				}
				if strings.Contains(w.Problem, "closed for good") {
					state = "refused"
				}
				story += fmt.Sprintf("\n%s: %q implied %t, problem %q, answer %q", w.Restriction.What, w.Inserts,
					w.Implied, w.Problem, state)
				if got == "" {
					got = state
				}
			}
			if got != c.state && (c.state == "" || !strings.HasPrefix(got, c.state)) {
				t.Errorf("want %q, got %q:%s", c.state, got, story)
			}
		})
	}
}

// shapeAfter returns the shape after a move, which is rolled back.
func shapeAfter(t *testing.T, conn *pgx.Conn, move string) (shape catalog.Shape, err error) {
	t.Helper()
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background()) //nolint:errcheck // nothing must remain
	if _, err := tx.Exec(t.Context(), move, pgx.QueryExecModeSimpleProtocol); err != nil {
		return catalog.Shape{}, err
	}
	if err := shape.Read(t.Context(), tx, query.VersionTable{}); err != nil {
		t.Fatal(err)
	}
	return shape, nil
}

// outcomeOf writes a witness and moves; it returns the SQLSTATE, empty if the move succeeds. Everything is rolled
// back.
func outcomeOf(t *testing.T, conn *pgx.Conn, inserts []string, move string) string {
	t.Helper()
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background()) //nolint:errcheck // nothing must remain
	for _, insert := range append(inserts, "SET CONSTRAINTS ALL IMMEDIATE") {
		if _, err := tx.Exec(t.Context(), insert, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatalf("%s: %v", insert, err)
		}
	}
	_, err = tx.Exec(t.Context(), move, pgx.QueryExecModeSimpleProtocol)
	return query.State(err)
}

func TestARowBreaksOnlyWhatItIsMadeFor(t *testing.T) {
	t.Parallel()
	conn := servers.Template(t, cleanFixture).Copy(t)
	before, err := catalog.ReadShape(query.VersionTable{})(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	for key, column := range map[string]string{
		"ALTER TABLE users ADD CONSTRAINT uq UNIQUE (flag_text)":          "a text",
		"ALTER TABLE users ADD CONSTRAINT uq UNIQUE (team_id, amount)":    "a number beside a foreign key",
		"CREATE UNIQUE INDEX uq ON users (status, lower(flag_text))":      "a text with a default",
		"CREATE UNIQUE INDEX uq ON users (flag_text) WHERE age IS NULL":   "a text of some rows",
		"ALTER TABLE users ADD CONSTRAINT uq UNIQUE (name, nick, status)": "one text of three",
	} {
		move := "UPDATE users SET qty_text = coalesce(body, ''); " + key
		after, err := shapeAfter(t, conn, move)
		if err != nil {
			t.Fatal(err)
		}
		witnesses, err := Build(t.Context(), conn, &before, WithStatements(&before, &after, Restrictions(&before, &after), strings.Split(move, "; ")))
		if err != nil {
			t.Fatal(err)
		}
		broken := map[bool]int{}
		for _, w := range witnesses {
			if len(w.Inserts) == 0 {
				continue
			}
			if state := outcomeOf(t, conn, w.Inserts, move); (state != "") != (w.Restriction.Kind == RestrictUnique) {
				t.Errorf("%s: %s: %q answers %q", column, w.Restriction.What, w.Inserts, state)
			}
			broken[w.Restriction.Kind == RestrictUnique]++
		}
		if broken[true] == 0 || broken[false] == 0 {
			t.Errorf("%s: the rows are %+v", column, witnesses)
		}
	}
}

func TestACutRowHasLostItsText(t *testing.T) {
	servers.OnEachMajor(t, cleanFixture, func(t *testing.T, conn *pgx.Conn) {
		t.Helper()
		for move, want := range map[string]bool{
			"ALTER TABLE users ALTER body TYPE varchar(9) USING left(body, 9)":                            true,
			"ALTER TABLE users ADD whole text; UPDATE users SET whole = body; UPDATE users SET body = ''": false,
		} {
			judgeCut(t, conn, move, want)
		}
	})
}

// judgeCut writes a long text into users.body, moves the database in a transaction, and asks whether the text was lost.
func judgeCut(t *testing.T, conn *pgx.Conn, move string, want bool) {
	t.Helper()
	ctx := t.Context()
	shape, err := catalog.ReadShape(query.VersionTable{})(ctx, conn)
	if err != nil {
		t.Fatal(err)
	}
	found := WithStatements(&shape, &shape, nil, []string{"UPDATE users SET body = left(body, 9)"})
	found = slices.DeleteFunc(found, func(r Restriction) bool { return r.Kind != RestrictLoss })
	witnesses, err := Build(ctx, conn, &shape, found)
	if err != nil || len(witnesses) != 1 || len(witnesses[0].Inserts) == 0 {
		t.Fatalf("%+v, %v", witnesses, err)
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // the next case begins as this one did
	for _, sql := range append(witnesses[0].Inserts, strings.Split(move, ";")...) {
		if _, err := tx.Exec(ctx, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	if lost, err := witnesses[0].Lost(ctx, conn, nil); err != nil || lost != want {
		t.Errorf("%s: %t, %v", move, lost, err)
	}
}
