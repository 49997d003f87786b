package offending

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/database/query"
)

// dirtyFixture has rows that violate every restriction of the cases below.
const dirtyFixture = `
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE teams (id int PRIMARY KEY, name text);
INSERT INTO teams VALUES (1, 'red'), (2, 'blue');
CREATE TABLE users (id int PRIMARY KEY, name text, email text, age int, "order" int, team_id int, number bigint, amount numeric(12,4), qty_text text, body text);
INSERT INTO users VALUES
  (1, 'Ann', 'a@x.org', -1, 1, 1, 1, 1, '1', '{}'),
  (2, NULL, 'A@x.org', 5, 1, 7, 5000000000, 123456.5, 'many', '{'),
  (3, 'a long name that does not fit', 'b@x.org', NULL, 2, NULL, 3, 3, '3', '{}'),
  (4, 'Ann', 'b@x.org', 7, 3, 2, 4, 4, '', '[]');
ALTER TABLE users ADD CONSTRAINT fk_old FOREIGN KEY (team_id) REFERENCES teams NOT VALID;
ALTER TABLE users ADD CONSTRAINT ck_old CHECK (age > 0) NOT VALID;
CREATE TABLE bookings (id int PRIMARY KEY, room int, during int4range);
INSERT INTO bookings VALUES (1, 1, '[1,5)'), (2, 1, '[4,8)'), (3, 2, '[1,9)');
CREATE DOMAIN positive AS int;
CREATE DOMAIN grown AS int CHECK (VALUE >= 0);
CREATE DOMAIN named AS text NOT NULL;
CREATE TABLE counted (id int PRIMARY KEY, n positive);
INSERT INTO counted VALUES (1, 1), (2, -2);
CREATE TABLE long (id int PRIMARY KEY, body text);
INSERT INTO long VALUES (1, 'x'), (2, (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 150) n));
CREATE TABLE longer (id int PRIMARY KEY, body text);
INSERT INTO longer VALUES (1, 'x'), (2, (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 400) n));
CREATE SCHEMA shop;
CREATE TABLE shop."Odd" ("Key" int PRIMARY KEY, "Value" text);
INSERT INTO shop."Odd" VALUES (1, NULL), (2, 'x'), (3, 'x');
`

func TestOffendingRowsAreFound(t *testing.T) {
	cases := map[string]struct {
		sql  string
		want Found
	}{
		"23502 of a new column": {
			"ALTER TABLE users ADD COLUMN tenant int NOT NULL",
			Found{Rows: 4, Keys: []string{"id=1", "id=2", "id=3", "id=4"}, Query: "SELECT * FROM users"},
		},
		"23502 of a column that the same text adds and fills": {
			"ALTER TABLE bookings ADD COLUMN prior int; UPDATE bookings SET prior = nullif(id, 2); " +
				"ALTER TABLE bookings ALTER COLUMN prior SET NOT NULL",
			Found{},
		},
		"23503 of a column that the same text adds and fills": {
			"ALTER TABLE bookings ADD COLUMN prior int; UPDATE bookings SET prior = id + 1; " +
				"ALTER TABLE bookings ADD CONSTRAINT fk FOREIGN KEY (prior) REFERENCES bookings",
			Found{},
		},
		"23514 of a column that becomes a domain": {
			"ALTER TABLE users ALTER COLUMN age TYPE grown",
			Found{Rows: 1, Keys: []string{"id=1"}, Query: "SELECT * FROM users WHERE NOT pg_input_is_valid(age::text, 'grown')"},
		},
		"23502 of a column that becomes a domain": {
			"ALTER TABLE users ALTER COLUMN name TYPE named",
			Found{Rows: 1, Keys: []string{"id=2"}, Query: "SELECT * FROM users WHERE name IS NULL"},
		},
		"23502 of an old column": {
			"ALTER TABLE users ALTER COLUMN name SET NOT NULL",
			Found{Rows: 1, Keys: []string{"id=2"}, Query: "SELECT * FROM users WHERE name IS NULL"},
		},
		"23502 in another schema, in capitals": {
			`ALTER TABLE shop."Odd" ALTER COLUMN "Value" SET NOT NULL`,
			Found{Rows: 1, Keys: []string{"Key=1"}, Query: `SELECT * FROM shop."Odd" WHERE "Value" IS NULL`},
		},
		"23505 of a constraint": {
			"ALTER TABLE users ADD CONSTRAINT uq UNIQUE (email)",
			Found{
				Rows: 2, Keys: []string{"id=3 (email=b@x.org)", "id=4 (email=b@x.org)"},
				Query: "SELECT * FROM users WHERE (email) IN (SELECT email FROM users GROUP BY email HAVING count(*) > 1)",
			},
		},
		"23505 of an expression": {
			"CREATE UNIQUE INDEX uq ON users (lower(email)) WHERE id < 3",
			Found{
				Rows: 2, Keys: []string{"id=1", "id=2"},
				Query: "SELECT * FROM users WHERE (lower(email)) IN (SELECT lower(email) FROM users " +
					"WHERE id < 3 GROUP BY lower(email) HAVING count(*) > 1) AND (id < 3)",
			},
		},
		"23505 of two columns": {
			`ALTER TABLE shop."Odd" ADD COLUMN c int DEFAULT 1; ALTER TABLE users ADD CONSTRAINT uq UNIQUE (name, "order")`,
			Found{},
		},
		"23505 of an insert": {
			"INSERT INTO teams (id, name) VALUES (1, 'green')",
			Found{Rows: 1, Keys: []string{"id=1"}, Query: "SELECT * FROM teams WHERE (id)::text = '1'"},
		},
		"23503 of a new foreign key": {
			"ALTER TABLE users ADD CONSTRAINT fk FOREIGN KEY (team_id) REFERENCES teams (id)",
			Found{
				Rows: 1, Keys: []string{"id=2 (team_id=7)"},
				Query: "SELECT * FROM users AS t WHERE t.team_id IS NOT NULL AND NOT EXISTS " +
					"(SELECT FROM teams AS p WHERE p.id = t.team_id)",
			},
		},
		"23503 of one that is validated": {
			"ALTER TABLE users VALIDATE CONSTRAINT fk_old",
			Found{
				Rows: 1, Keys: []string{"id=2 (team_id=7)"},
				Query: "SELECT * FROM users AS t WHERE t.team_id IS NOT NULL AND NOT EXISTS " +
					"(SELECT FROM teams AS p WHERE p.id = t.team_id)",
			},
		},
		"23503 of parents deleted": {
			"DELETE FROM teams WHERE id = 2",
			Found{Rows: 1, Keys: []string{"id=4 (team_id=2)"}, Query: "SELECT * FROM users AS t WHERE t.team_id::text = '2'"},
		},
		"23514 of a new check": {
			"ALTER TABLE users ADD CONSTRAINT ck CHECK (age >= 0 AND (name <> ')'))",
			Found{Rows: 1, Keys: []string{"id=1"}, Query: "SELECT * FROM users WHERE NOT (age >= 0 AND (name <> ')'))"},
		},
		"23514 of one that is validated": {
			"ALTER TABLE users VALIDATE CONSTRAINT ck_old",
			Found{Rows: 1, Keys: []string{"id=1"}, Query: "SELECT * FROM users WHERE NOT ((age > 0))"},
		},
		"23514 of a domain": {
			"ALTER DOMAIN positive ADD CONSTRAINT pos CHECK (VALUE > 0)",
			Found{Rows: 1, Keys: []string{"id=2"}, Query: "SELECT * FROM counted WHERE NOT (n > 0)"},
		},
		"23P01": {
			"ALTER TABLE bookings ADD CONSTRAINT ex EXCLUDE USING gist (room WITH =, during WITH &&)",
			Found{
				Rows: 2, Keys: []string{"id=1", "id=2"},
				Query: "SELECT * FROM bookings AS t WHERE EXISTS (SELECT FROM bookings AS o WHERE " +
					"o.ctid <> t.ctid AND o.room = t.room AND o.during && t.during)",
			},
		},
		"22001": {
			"ALTER TABLE users ALTER COLUMN name TYPE VARCHAR(10)",
			Found{Rows: 1, Keys: []string{"id=3"}, Query: "SELECT * FROM users WHERE length(name::text) > 10"},
		},
		"22007": {
			"ALTER TABLE users ALTER COLUMN name TYPE DATE USING name::date",
			Found{
				Rows: 3, Keys: []string{"id=1", "id=3", "id=4"},
				Query: "SELECT * FROM users WHERE NOT pg_input_is_valid(name::text, 'DATE')",
			},
		},
		"22008": {
			`ALTER TABLE users ALTER COLUMN name TYPE DATE USING ('2024-02-' || 28 + "order")::date`,
			Found{Rows: 2, Keys: []string{"id=3", "id=4"}},
		},
		"22003 of an integer": {
			"ALTER TABLE users ALTER COLUMN number TYPE INTEGER",
			Found{
				Rows: 1, Keys: []string{"id=2"},
				Query: "SELECT * FROM users WHERE number::numeric NOT BETWEEN -2147483648 AND 2147483647",
			},
		},
		"22003 of a numeric": {
			"ALTER TABLE users ALTER COLUMN amount TYPE NUMERIC(6, 4)",
			Found{Rows: 1, Keys: []string{"id=2"}, Query: "SELECT * FROM users WHERE abs(round(amount::numeric, 4)) >= 1e2"},
		},
		"22P02 of a cast": {
			"ALTER TABLE users ALTER COLUMN qty_text TYPE INTEGER USING qty_text::integer",
			Found{
				Rows: 2, Keys: []string{"id=2", "id=4"},
				Query: "SELECT * FROM users WHERE NOT pg_input_is_valid(qty_text::text, 'INTEGER')",
			},
		},
		"22P02 of JSON": {
			"ALTER TABLE users ALTER COLUMN body TYPE JSONB USING body::jsonb",
			Found{Rows: 1, Keys: []string{"id=2"}, Query: "SELECT * FROM users WHERE NOT pg_input_is_valid(body::text, 'JSONB')"},
		},
		"22P02 of an expression": {
			"ALTER TABLE users ALTER COLUMN qty_text TYPE INTEGER USING nullif(qty_text, '')::integer",
			Found{Rows: 1, Keys: []string{"id=2"}},
		},
		"22P02 of a backfill": {
			"UPDATE users SET age = qty_text::int WHERE id < 3",
			Found{Rows: 1, Keys: []string{"id=2"}},
		},
		"22P02 of an index": {
			"CREATE INDEX ix ON users ((qty_text::int))",
			Found{Rows: 2, Keys: []string{"id=2", "id=4"}},
		},
		"22P02 of a generated column": {
			"ALTER TABLE users ADD COLUMN qty int GENERATED ALWAYS AS (qty_text::int) STORED",
			Found{Rows: 2, Keys: []string{"id=2", "id=4"}},
		},
		"54000 of an index": {
			"CREATE INDEX ix ON long (body)",
			Found{Rows: 1, Keys: []string{"id=2"}, Query: "SELECT * FROM long AS t WHERE t.ctid = '(0,2)'"},
		},
		"54000 of a longer one": {
			"CREATE INDEX ix ON longer (body)",
			Found{Rows: 1, Keys: []string{"id=2"}, Query: "SELECT * FROM longer AS t WHERE octet_length(t.body::text) > 12792"},
		},
		"a type that was rolled back": {
			"CREATE TYPE kind AS ENUM ('a'); ALTER TABLE users ALTER COLUMN name TYPE kind USING name::kind",
			Found{},
		},
		"a column that was rolled back": {
			"ALTER TABLE users ADD COLUMN slug text NOT NULL DEFAULT '' UNIQUE",
			Found{Rows: 4, Keys: []string{"id=1", "id=2", "id=3", "id=4"}, Query: "SELECT * FROM users"},
		},
		"a foreign key of such a column": {
			"ALTER TABLE users ADD COLUMN other int NOT NULL DEFAULT 0 REFERENCES teams",
			Found{Rows: 4, Keys: []string{"id=1", "id=2", "id=3", "id=4"}, Query: "SELECT * FROM users"},
		},
		"an error without rows": {"ALTER TABLE users ADD COLUMN name text", Found{}},
	}
	template := servers.Template(t, dirtyFixture)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := template.Copy(t)
			violation, failed := violationOf(conn, c.sql)
			if !failed {
				if c.want.Rows != 0 {
					t.Fatal("the statement did not fail")
				}
				return
			}
			got, err := Find(t.Context(), conn, violation)
			if err != nil {
				t.Fatal(err)
			}
			if got.Rows > 0 && (got.Table == "" || got.Schema == "") {
				t.Errorf("the rows' table is not named: %+v", got)
			}
			places := cmpopts.IgnoreFields(Found{}, "Schema", "Table", "Column")
			if diff := cmp.Diff(c.want, got, places); diff != "" {
				t.Errorf("%s (%s)\n(-want +got):\n%s", violation.Message, violation.Detail, diff)
			}
			if got.Query == "" {
				return
			}
			var n int64
			if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM ("+got.Query+") q").Scan(&n); err != nil || n != got.Rows {
				t.Errorf("the query finds %d rows, want %d: %v", n, got.Rows, err)
			}
		})
	}
}

func TestOffendingRowsNameTheirColumn(t *testing.T) {
	template := servers.Template(t, dirtyFixture)
	for sql, want := range map[string]string{
		"ALTER TABLE users ALTER COLUMN name TYPE VARCHAR(10)":                                     "public.users.name",
		"ALTER TABLE users ALTER COLUMN qty_text TYPE INTEGER USING nullif(qty_text, '')::integer": "public.users.qty_text",
		`ALTER TABLE shop."Odd" ALTER COLUMN "Value" SET NOT NULL`:                                 "shop.Odd.Value",
		"ALTER TABLE users ADD CONSTRAINT uq UNIQUE (email)":                                       "public.users.email",
		"ALTER TABLE users ADD CONSTRAINT fk FOREIGN KEY (team_id) REFERENCES teams (id)":          "public.users.team_id",
		"ALTER TABLE users ADD CONSTRAINT ck CHECK (age >= 0 AND (name <> ')'))":                   "public.users.",
	} {
		t.Run(sql, func(t *testing.T) {
			t.Parallel()
			conn := template.Copy(t)
			violation, _ := violationOf(conn, sql)
			got, err := Find(t.Context(), conn, violation)
			if named := got.Schema + "." + got.Table + "." + got.Column; err != nil || named != want {
				t.Errorf("named %s, want %s, %v", named, want, err)
			}
		})
	}
}

func TestStatementNamesColumnsWithoutADetail(t *testing.T) {
	template := servers.Template(t, dirtyFixture)
	for name, sql := range map[string]string{
		"a constraint": "ALTER TABLE users ADD CONSTRAINT uq UNIQUE (email)",
		"an index":     "CREATE UNIQUE INDEX uq ON users USING btree (email)",
		"a key":        "ALTER TABLE users DROP CONSTRAINT users_pkey, ADD PRIMARY KEY (email)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := template.Copy(t)
			violation, _ := violationOf(conn, sql)
			violation.Detail = ""
			got, err := Find(t.Context(), conn, violation)
			if err != nil || got.Rows != 2 {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestLookingForOffendingRowsLeavesNothing(t *testing.T) {
	t.Parallel()
	conn := servers.Template(t, dirtyFixture).Copy(t)
	catalogBefore, dataBefore := heldBy(t, conn)
	violation, _ := violationOf(conn, "ALTER TABLE users ALTER COLUMN qty_text TYPE INTEGER USING qty_text::integer")
	if _, err := Find(t.Context(), conn, violation); err != nil {
		t.Fatal(err)
	}
	catalogAfter, dataAfter := heldBy(t, conn)
	if diff := catalogBefore.Diff(catalogAfter); len(diff) > 0 || len(dataBefore.Compare(dataAfter)) > 0 {
		t.Errorf("it changed the database: %+v", diff)
	}
}

// heldBy returns a database's schema and data.
func heldBy(t *testing.T, conn *pgx.Conn) (catalog.Catalog, data.Fingerprint) {
	t.Helper()
	schema, err := catalog.Read(query.VersionTable{})(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	print, err := data.Take(query.VersionTable{})(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	return schema, print
}

// violationOf runs statements that must fail, and returns how they did.
func violationOf(conn *pgx.Conn, sql string) (Violation, bool) {
	_, err := conn.Exec(context.Background(), sql, pgx.QueryExecModeSimpleProtocol)
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return Violation{}, false
	}
	return Violation{
		SQLState: e.Code, Message: e.Message, Detail: e.Detail, Schema: e.SchemaName, Table: e.TableName, Column: e.ColumnName,
		Constraint: e.ConstraintName, Statement: sql,
	}, true
}
