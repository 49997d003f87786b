package data

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/internal/databasetest"
	"devenv/devenv/database/query"
)

// dataFixture has NULLs, duplicates, every kind of column that could confuse a hash, partitions and a child table.
const dataFixture = `
CREATE TYPE mood AS ENUM ('ok', 'bad');
CREATE SCHEMA shop;
CREATE TABLE teams (id int PRIMARY KEY, name text);
INSERT INTO teams SELECT n, 'team ' || n FROM generate_series(1, 10) n;
CREATE TABLE users (id int PRIMARY KEY, name varchar(20), legacy text, empty text, score numeric(12,4), born timestamptz, feeling mood,
  team_id int REFERENCES teams ON DELETE CASCADE, tags text[], body json, place point, raw bytea);
INSERT INTO users SELECT n, 'user ' || n, CASE WHEN n <= 3 THEN 'x' || n END, NULL, n + 0.1234, '2026-01-01 12:00+00'::timestamptz + n * interval '1 hour',
  'ok', 1 + n % 10, ARRAY['a', n::text], '{"n": 1}', point(n, n), '\x00ff' FROM generate_series(1, 100) n;
CREATE TABLE shop."Odd Name" (a int, b text, PRIMARY KEY (a, b));
INSERT INTO shop."Odd Name" VALUES (1, 'x'), (1, 'y');
CREATE TABLE nothing (id int PRIMARY KEY);
CREATE TABLE events (at date NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO events SELECT '2026-02-02', n FROM generate_series(1, 5) n;
CREATE TABLE loose (at date NOT NULL, n int);
INSERT INTO loose VALUES ('2027-03-03', 1);
CREATE TABLE made (n int, twice int GENERATED ALWAYS AS (n * 2) STORED);
INSERT INTO made VALUES (1), (2);
CREATE TABLE same (id int PRIMARY KEY, flag bool);
INSERT INTO same VALUES (1, false), (2, NULL);
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO alembic_version VALUES ('abc');
`

func TestCompareFindsWhatHappenedToData(t *testing.T) {
	cases := map[string]struct {
		sql  string
		want []Change
	}{
		"nothing":                        {"SELECT 1", nil},
		"the migration tool's own table": {"UPDATE alembic_version SET version_num = 'def'", nil},
		"an all-NULL column dropped":     {"ALTER TABLE users DROP COLUMN empty", nil},
		"an empty table dropped":         {"DROP TABLE nothing", nil},
		"rows and columns added":         {"INSERT INTO teams VALUES (11, NULL); ALTER TABLE users ADD COLUMN tall boolean", nil},
		"a column dropped": {
			"ALTER TABLE users DROP COLUMN legacy",
			[]Change{{Table: "public.users", Column: "legacy", Kind: ColumnDropped, Before: 3}},
		},
		"a table dropped": {
			`DROP TABLE shop."Odd Name"`,
			[]Change{{Table: "shop.Odd Name", Kind: TableDropped, Before: 2}},
		},
		"a table dropped with a cascade": {
			"DROP TABLE teams CASCADE",
			[]Change{{Table: "public.teams", Kind: TableDropped, Before: 10}},
		},
		"a column renamed": {"ALTER TABLE users RENAME legacy TO old", nil},
		"a table renamed":  {"ALTER TABLE users RENAME TO people", nil},
		"a table moved":    {"ALTER TABLE users SET SCHEMA shop", nil},
		"a rename, and a loss under the new name": {
			"ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME legacy TO old; UPDATE people SET old = NULL WHERE id = 1",
			[]Change{{
				Table: "public.users", TableNow: "public.people", Column: "legacy", ColumnNow: "old",
				Kind: ValuesLost, Before: 3, After: 2,
			}},
		},
		"a rename as drop and add": {
			"ALTER TABLE users DROP COLUMN legacy; ALTER TABLE users ADD COLUMN old text",
			[]Change{{Table: "public.users", Column: "legacy", Kind: ColumnDropped, Before: 3}},
		},
		"a column recreated under its name": {
			"ALTER TABLE users DROP COLUMN legacy; ALTER TABLE users ADD COLUMN legacy text",
			[]Change{{Table: "public.users", Column: "legacy", Kind: ValuesLost, Before: 3}},
		},
		"a column copied and then dropped": {"ALTER TABLE users ADD COLUMN old text; UPDATE users SET old = legacy; ALTER " +
			"TABLE users DROP COLUMN legacy", nil},
		"a column moved to a table of its own": {"CREATE TABLE olds AS SELECT id, legacy FROM users; ALTER TABLE users DROP " +
			"COLUMN legacy", nil},
		"a column moved to another table": {"CREATE TABLE marks (u int, legacy text); INSERT INTO marks SELECT id, " +
			"legacy FROM users WHERE legacy IS NOT NULL; ALTER TABLE users DROP COLUMN legacy", nil},
		"a key is in no other table": {
			"CREATE TABLE marks (id serial PRIMARY KEY); INSERT INTO marks SELECT FROM " +
				"teams; ALTER TABLE teams DROP COLUMN id CASCADE",
			[]Change{{Table: "public.teams", Column: "id", Kind: ColumnDropped, Before: 10}},
		},
		"copied, and NULLs filled": {"ALTER TABLE users ADD COLUMN old text; UPDATE users SET old = " +
			"coalesce(legacy, '?'); ALTER TABLE users DROP COLUMN legacy", nil},
		"copied as another type": {"ALTER TABLE users ADD COLUMN points float; UPDATE users SET points = score " +
			"+ 0; ALTER TABLE users DROP COLUMN score", nil},
		"copied, but for one value": {
			"ALTER TABLE users ADD COLUMN old text; UPDATE users SET old = " +
				"coalesce(legacy, '?') WHERE id <> 2; ALTER TABLE users DROP COLUMN legacy",
			[]Change{{Table: "public.users", Column: "legacy", Kind: ColumnDropped, Before: 3}},
		},
		"not copied, but the same everywhere": {"ALTER TABLE same ADD COLUMN other bool; UPDATE same SET other = false; " +
			"ALTER TABLE same DROP COLUMN flag", []Change{{Table: "public.same", Column: "flag", Kind: ColumnDropped, Before: 1}}},
		"a generated column dropped": {"ALTER TABLE made DROP COLUMN twice", nil},
		"a generated column's source dropped": {
			"ALTER TABLE made DROP COLUMN n CASCADE",
			[]Change{{Table: "public.made", Column: "n", Kind: ColumnDropped, Before: 2}},
		},
		"a table copied and then dropped": {"CREATE TABLE crews AS SELECT * FROM teams; DROP TABLE teams CASCADE", nil},
		"a table recreated under its name": {"CREATE TABLE tmp AS SELECT * FROM teams; DROP TABLE teams CASCADE; ALTER " +
			"TABLE tmp RENAME TO teams", nil},
		"a table recreated under its name, without a value": {
			"CREATE TABLE tmp AS SELECT id, CASE WHEN id > 2 THEN name END AS name FROM " +
				"teams; DROP TABLE teams CASCADE; ALTER TABLE tmp RENAME TO teams",
			[]Change{{Table: "public.teams", Column: "name", Kind: ValuesLost, Before: 10, After: 8}},
		},
		"two tables that swap their names": {"ALTER TABLE teams RENAME TO x; ALTER TABLE nothing RENAME TO teams; ALTER " +
			"TABLE x RENAME TO nothing", nil},
		"a name taken over by another table": {
			"DROP TABLE teams CASCADE; ALTER TABLE nothing RENAME TO teams",
			[]Change{{Table: "public.teams", Kind: TableDropped, Before: 10}},
		},
		"rows deleted": {"DELETE FROM users WHERE id > 98", []Change{{Table: "public.users", Kind: RowsLost, Before: 100, After: 98}}},
		"rows deleted through a cascade": {
			"DELETE FROM teams WHERE id = 1",
			[]Change{
				{Table: "public.teams", Kind: RowsLost, Before: 10, After: 9},
				{Table: "public.users", Kind: RowsLost, Before: 100, After: 90},
			},
		},
		"a truncate with a cascade": {
			"TRUNCATE teams CASCADE",
			[]Change{{Table: "public.teams", Kind: RowsLost, Before: 10}, {Table: "public.users", Kind: RowsLost, Before: 100}},
		},
		"a value lost, another given": {
			"UPDATE users SET legacy = CASE id WHEN 4 THEN 'new' WHEN 3 THEN NULL ELSE legacy END WHERE id < 5",
			[]Change{{Table: "public.users", Column: "legacy", Kind: ValuesLost, Before: 3, After: 2}},
		},
		"values set to NULL": {"UPDATE users SET legacy = NULL", []Change{{
			Table: "public.users", Column: "legacy", Kind: ValuesLost,
			Before: 3,
		}}},
		"rows and values lost": {
			"DELETE FROM users WHERE id > 90; UPDATE users SET name = NULL WHERE id = 4",
			[]Change{{Table: "public.users", Kind: RowsLost, Before: 100, After: 90}, {
				Table: "public.users", Column: "name", Kind: ValuesLost,
				Before: 100, After: 89,
			}},
		},
		"a type that holds the same": {"ALTER TABLE users ALTER COLUMN name TYPE text, ALTER COLUMN id TYPE bigint", nil},
		"a type under another zone":  {"SET TimeZone = 'America/New_York'; ALTER TABLE teams ADD COLUMN at timestamptz", nil},
		"numbers rounded": {
			"ALTER TABLE users ALTER COLUMN score TYPE numeric(12,2)",
			[]Change{{Table: "public.users", Column: "score", Kind: ValuesChanged, Before: 100, After: 100}},
		},
		"values cut": {
			"ALTER TABLE users ALTER COLUMN name TYPE varchar(6) USING left(name, 6)",
			[]Change{{Table: "public.users", Column: "name", Kind: ValuesChanged, Before: 100, After: 100}},
		},
		"values swapped between rows": {
			"UPDATE users SET legacy = CASE id WHEN 1 THEN 'x2' WHEN 2 THEN 'x1' ELSE legacy END",
			[]Change{{Table: "public.users", Column: "legacy", Kind: ValuesChanged, Before: 3, After: 3}},
		},
		"one value that occurs twice": {
			"UPDATE users SET name = 'user 1' WHERE id = 2",
			[]Change{{Table: "public.users", Column: "name", Kind: ValuesChanged, Before: 100, After: 100}},
		},
		"a partition dropped":  {"DROP TABLE events_2026", []Change{{Table: "public.events", Kind: RowsLost, Before: 5}}},
		"a partition detached": {"ALTER TABLE events DETACH PARTITION events_2026", nil},
		"a table attached":     {"ALTER TABLE events ATTACH PARTITION loose FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')", nil},
	}
	template := servers.Template(t, dataFixture)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := changesOf(t, template, c.sql)
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Change{}, "Rows", "Keys", "Renames", "Examples",
				"SampledBy")); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDefaultedColumnIsNoCopy(t *testing.T) {
	t.Parallel()
	template := servers.Template(t, "CREATE TABLE t (id int PRIMARY KEY, rank float NOT NULL DEFAULT 0); INSERT INTO t SELECT "+
		"generate_series(1, 5)")
	for sql, lost := range map[string]int{
		"ALTER TABLE t ADD COLUMN score float NOT NULL DEFAULT 0; ALTER TABLE t DROP COLUMN rank":         1,
		"ALTER TABLE t ADD COLUMN score float; UPDATE t SET score = rank; ALTER TABLE t DROP COLUMN rank": 0,
		"ALTER TABLE t RENAME COLUMN rank TO score":                                                       0,
	} {
		if got := changesOf(t, template, sql); len(got) != lost || lost == 1 && got[0].Kind != ColumnDropped {
			t.Errorf("%s: %+v", sql, got)
		}
	}
}

func TestFingerprintSurvivesJSON(t *testing.T) {
	t.Parallel()
	conn := servers.Template(t, dataFixture).Copy(t)
	before := fingerprintOf(t, conn)
	raw, err := json.Marshal(before)
	if err != nil {
		t.Fatal(err)
	}
	var read Fingerprint
	if err := json.Unmarshal(raw, &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, read, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("after JSON:\n%s", diff)
	}
}

func TestLargeTablesAreSampledButCountedExactly(t *testing.T) {
	t.Parallel()
	conn := servers.Template(t, "CREATE TABLE big (id int PRIMARY KEY, name text); INSERT INTO big SELECT n, 'name ' || n FROM "+
		"generate_series(1, 20000) n").Copy(t)
	work := tableWork{print: TablePrint{Schema: "public", Name: "big", Columns: []ColumnPrint{
		{Number: 1, Name: "id"},
		{Number: 2, Name: "name"},
	}, Key: []string{"id"}}, estimate: sampleAbove + 1}
	sampled := scanOf(t, conn, work)
	databasetest.Exec(t, conn, "UPDATE big SET name = name")
	again := scanOf(t, conn, work)
	if sampled.SampledBy != sampleRate || sampled.Rows != 20000 || sampled.Columns[1].Values != 20000 {
		t.Errorf("got %+v", sampled)
	}
	if diff := cmp.Diff(sampled, again); diff != "" {
		t.Errorf("an UPDATE that changes nothing changed the sample:\n%s", diff)
	}
	databasetest.Exec(t, conn, "UPDATE big SET name = upper(name)")
	if scanOf(t, conn, work).Columns[1].Hash == sampled.Columns[1].Hash {
		t.Error("a change of every value is not in the sample")
	}
}

func scanOf(t *testing.T, conn *pgx.Conn, work tableWork) TablePrint {
	t.Helper()
	work.print.Columns = append([]ColumnPrint{}, work.print.Columns...)
	if err := query.Read(context.Background(), conn, func(tx pgx.Tx) error { return work.scan(context.Background(), tx) }); err != nil {
		t.Fatal(err)
	}
	return work.print
}

func TestTwoConnectionsReadTheSameFingerprint(t *testing.T) {
	t.Parallel()
	conn := servers.Template(t, `CREATE TABLE a (id int PRIMARY KEY, name text); INSERT INTO a SELECT n, repeat('x', 100) FROM generate_series(1, 90000) n;
		CREATE TABLE b AS SELECT * FROM a`).Copy(t)
	tables, size, err := listTables(context.Background(), conn, query.VersionTable{})
	if err != nil || size <= parallelAbove {
		t.Fatalf("%d bytes in %d tables, want more than %d: %v", size, len(tables), parallelAbove, err)
	}
	before := fingerprintOf(t, conn)
	if before.Tables[0].Rows != 90000 || before.Tables[1].Rows != 90000 ||
		before.Tables[0].Columns[1].Hash != before.Tables[1].Columns[1].Hash {
		t.Errorf("got %+v", before)
	}
}

func fingerprintOf(t *testing.T, conn *pgx.Conn) Fingerprint {
	t.Helper()
	print, err := Take(query.VersionTable{Name: "alembic_version", Column: "version_num"})(context.Background(), conn)
	if err != nil {
		t.Fatal(err)
	}
	return print
}

func TestATableOfAnyWidthHasAFingerprint(t *testing.T) {
	columns := make([]string, 1600)
	for i := range columns {
		columns[i] = fmt.Sprintf("c%d integer", i+1)
	}
	conn := servers.Template(t, "CREATE TABLE wide ("+strings.Join(columns, ", ")+", PRIMARY KEY (c1)); INSERT INTO wide (c1, c1599) VALUES (1, 2), (2, 3);"+
		"CREATE TABLE none ()").Copy(t)
	before := fingerprintOf(t, conn)
	databasetest.Exec(t, conn, "UPDATE wide SET c1599 = 7 WHERE c1 = 1")
	changes := before.Compare(fingerprintOf(t, conn))
	if len(changes) != 1 || changes[0].Column != "c1599" || changes[0].Before != 2 {
		t.Errorf("got %+v", changes)
	}
}
