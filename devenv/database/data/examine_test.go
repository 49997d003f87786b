package data

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"devenv/devenv/database/internal/databasetest"
)

// changesOf runs statements in a copy of a database and returns what they did to its data.
func changesOf(t *testing.T, template databasetest.Database, sql string) []Change {
	t.Helper()
	before, after := template.Untouched(t), template.Copy(t)
	was := fingerprintOf(t, after)
	began := time.Now()
	databasetest.Exec(t, after, sql)
	is := fingerprintOf(t, after)
	changes, err := Examine(t.Context(), State{Conn: before, Print: was}, State{Conn: after, Print: is, Since: began}, was.Compare(is))
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

func TestChangesNameTheirFirstRowsAndExamples(t *testing.T) {
	cases := map[string]struct {
		sql      string
		rows     int64
		keys     []string
		examples []string
	}{
		"rows":             {"DELETE FROM users WHERE id > 50", 0, []string{"id=51", "id=52", "id=53", "id=54", "id=55"}, nil},
		"values":           {"UPDATE users SET legacy = NULL WHERE id = 2", 0, []string{"id=2"}, nil},
		"a dropped column": {"ALTER TABLE users DROP COLUMN legacy", 0, []string{"id=1", "id=2", "id=3"}, nil},
		"a dropped table":  {`DROP TABLE shop."Odd Name"`, 0, []string{"a=1, b=x", "a=1, b=y"}, nil},
		"a renamed table":  {"ALTER TABLE users RENAME TO people; DELETE FROM people WHERE id = 9", 0, []string{"id=9"}, nil},
		"a renamed key": {
			"ALTER TABLE users RENAME id TO number; UPDATE users SET name = 'x' WHERE number = 9", 1,
			[]string{"id=9"},
			[]string{"id 9: user 9 → x"},
		},
		"numbers rounded": {
			"UPDATE users SET score = 1 WHERE id <> 7; ALTER TABLE users ALTER COLUMN score TYPE numeric(12,2)", 100,
			[]string{"id=1", "id=2", "id=3", "id=4", "id=5"},
			[]string{"id 1: 1.1234 → 1.00", "id 2: 2.1234 → 1.00", "id 3: 3.1234 → 1.00", "id 4: 4.1234 → 1.00", "id 5: 5.1234 → 1.00"},
		},
		"a value among new rows": {
			"INSERT INTO teams VALUES (11, 'x'); UPDATE teams SET name = 'y' WHERE id = 3", 1,
			[]string{"id=3"},
			[]string{"id 3: team 3 → y"},
		},
		"a value among lost rows": {"DELETE FROM users WHERE id = 2", 0, []string{"id=2"}, nil},
		"rows replaced by others": {
			"DELETE FROM users WHERE id = 2; INSERT INTO users (id, name) VALUES (200, 'new')", 0,
			[]string{"id=2"},
			nil,
		},
		"a value lost, another given": {
			"UPDATE users SET legacy = CASE id WHEN 4 THEN 'new' WHEN 3 THEN NULL ELSE legacy END WHERE id < 5", 0,
			[]string{"id=3"},
			nil,
		},
		"a key that was renumbered": {"UPDATE users SET id = 500 WHERE id = 5", 1, []string{"id=5"}, nil},
		"an empty text":             {"UPDATE users SET legacy = '' WHERE id = 1", 1, []string{"id=1"}, []string{"id 1: x1 → ''"}},
		"a member that went nowhere": {
			`UPDATE users SET body = '{}' WHERE id = 4; ALTER TABLE users ADD m int`, 1,
			[]string{"id=4"},
			[]string{`id 4: {"n": 1} → {}`},
		},
		"rows without a key": {"UPDATE loose SET n = 7", 1, nil, []string{"1 no longer occurs"}},
	}
	template := servers.Template(t, dataFixture)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changes := changesOf(t, template, c.sql)
			if len(changes) != 1 {
				t.Fatalf("got %+v, want one change", changes)
			}
			want := Change{Rows: c.rows, Keys: c.keys, Examples: c.examples}
			got := Change{Rows: changes[0].Rows, Keys: changes[0].Keys, Examples: changes[0].Examples}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", changes[0].Kind, diff)
			}
		})
	}
}

func TestAValueIsReshapedBesideADroppedColumn(t *testing.T) {
	t.Parallel()
	template := servers.Template(t, dataFixture)
	for sql, want := range map[string]bool{
		"UPDATE users SET score = -score WHERE legacy IS NOT NULL; ALTER TABLE users DROP legacy": true,
		"UPDATE users SET score = -score WHERE legacy IS NOT NULL":                                false,
		"UPDATE users SET score = -score; ALTER TABLE users ADD signed boolean":                   false,
		"ALTER TABLE users ALTER score TYPE double precision USING -score, DROP legacy":           false,
	} {
		changed := 0
		for _, c := range changesOf(t, template, sql) {
			if c.Kind != ValuesChanged {
				continue
			}
			if changed++; c.Reshaped != want {
				t.Errorf("%s: %+v", sql, c)
			}
		}
		if changed != 1 {
			t.Errorf("%s: %d columns changed", sql, changed)
		}
	}
}

func TestARowAddedAgainMayHaveAnotherNumber(t *testing.T) {
	t.Parallel()
	template := servers.Template(t, dataFixture+"CREATE TABLE banks (id serial PRIMARY KEY, name text); INSERT INTO banks (name) VALUES ('a'), ('b'); "+
		"CREATE TABLE fees (code text PRIMARY KEY, payee int); INSERT INTO fees VALUES ('x'), ('y');")
	const add = "INSERT INTO banks (name) VALUES ('own'); "
	for again, want := range map[string]int{
		"UPDATE fees SET payee = (SELECT id FROM banks WHERE name = 'own')":                                        0,
		"UPDATE fees SET payee = (SELECT id FROM banks WHERE name = 'own') + CASE code WHEN 'x' THEN 1 ELSE 0 END": 1,
		"UPDATE fees SET payee = 1": 1,
	} {
		first, second := template.Copy(t), template.Copy(t)
		databasetest.Exec(t, first, add+"UPDATE fees SET payee = 3")
		was := fingerprintOf(t, first)
		databasetest.Exec(t, second, add+"DELETE FROM banks WHERE name = 'own'; "+add+again)
		is := fingerprintOf(t, second)
		changes, err := Examine(t.Context(), State{Conn: first, Print: was}, State{Conn: second, Print: is, Anew: true},
			slices.DeleteFunc(was.Compare(is), func(c Change) bool { return c.Table != "public.fees" }))
		if err != nil || len(changes) != want {
			t.Errorf("%s: %+v, %v", again, changes, err)
		}
	}
}

// typesFixture has a column for each change of type below.
const typesFixture = `
CREATE TYPE mood AS ENUM ('ok', 'bad');
CREATE TYPE spot AS (x int, y numeric, name text);
CREATE TYPE far_spot AS (x bigint, y numeric(8,2), name text);
CREATE TABLE v (id int PRIMARY KEY, whole int, wide numeric(12,4), short varchar(20), word text, flag text, bit int, doc json, at timestamp, day date,
  code text, hour time, place inet, ident text, tiny real, big double precision, amounts numeric[], feeling text, yes boolean, digits text, spot spot);
INSERT INTO v VALUES (1, 5, 1.5, 'a', 'b', 'yes', 1, '{"b": 1, "a":[1, 2]}', '2026-01-01 12:00', '2026-01-02', '007', '12:00', '10.0.0.1', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 0.1,
  0.1234567890123, '{1.5,2}', 'ok', true, '42', '(1,2.5,)'),
  (2, -6, 99999999.9999, 'long enough', 'B', 'no', 0, '[1, 2 ]', '2026-07-01 00:00', '2026-12-31', '12', '23:59:59', '10.0.0.0/8', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12', 3, 1e10, '{}', 'bad', false, '-7.50', '(2,0.125,a)'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
`

func TestNewTypeIsSilentForEqualValues(t *testing.T) {
	cases := map[string]struct {
		change   string
		examples []string
	}{
		"int to bigint":            {"whole TYPE bigint", nil},
		"int to numeric":           {"whole TYPE numeric(12,2)", nil},
		"int to text":              {"whole TYPE text", nil},
		"scale widened":            {"wide TYPE numeric(14,6)", nil},
		"scale narrowed":           {"wide TYPE numeric(12,2)", []string{"id 2: 99999999.9999 → 100000000.00"}},
		"numeric to bigint":        {"wide TYPE bigint", []string{"id 1: 1.5000 → 2", "id 2: 99999999.9999 → 100000000"}},
		"varchar to text":          {"short TYPE text", nil},
		"varchar cut":              {"short TYPE varchar(4) USING left(short, 4)", []string{"id 2: long enough → long"}},
		"varchar to char":          {"short TYPE char(20)", nil},
		"case":                     {"word TYPE text USING lower(word)", []string{"id 2: B → b"}},
		"text to boolean":          {"flag TYPE boolean USING flag::boolean", nil},
		"text to false":            {"flag TYPE boolean USING flag = 'true'", []string{"id 1: yes → false"}},
		"int to boolean":           {"bit TYPE boolean USING bit <> 0", nil},
		"boolean to int":           {"yes TYPE int USING yes::int", nil},
		"boolean to text":          {"yes TYPE text", nil},
		"json to jsonb":            {"doc TYPE jsonb", nil},
		"json to text":             {"doc TYPE text USING doc::jsonb::text", nil},
		"json emptied":             {"doc TYPE jsonb USING '{}'", []string{`id 1: {"b": 1, "a":[1, 2]} → {}`, "id 2: [1, 2 ] → {}"}},
		"timestamp to timestamptz": {"at TYPE timestamptz", nil},
		"timestamp to date":        {"at TYPE date", []string{"id 1: 2026-01-01 12:00:00 → 2026-01-01"}},
		"timestamp in another zone": {
			"at TYPE timestamptz USING at AT TIME ZONE 'America/New_York'",
			[]string{"id 1: 2026-01-01 12:00:00 → 2026-01-01 17:00:00+00", "id 2: 2026-07-01 00:00:00 → 2026-07-01 04:00:00+00"},
		},
		"date to timestamp":           {"day TYPE timestamp", nil},
		"time to timetz":              {"hour TYPE timetz", nil},
		"leading zeros":               {"code TYPE int USING code::int", []string{"id 1: 007 → 7"}},
		"text to numeric":             {"digits TYPE numeric USING digits::numeric", nil},
		"text to scaled numeric":      {"digits TYPE numeric(10,4) USING digits::numeric", nil},
		"text to uuid":                {"ident TYPE uuid USING ident::uuid", nil},
		"inet to text":                {"place TYPE text", nil},
		"real to double":              {"tiny TYPE double precision", nil},
		"double to real":              {"big TYPE real", []string{"id 1: 0.1234567890123 → 0.12345679"}},
		"numeric array":               {"amounts TYPE numeric(10,2)[]", nil},
		"numeric array to int array":  {"amounts TYPE int[]", []string{"id 1: {1.5,2} → {2,2}"}},
		"text to enum":                {"feeling TYPE mood USING feeling::mood", nil},
		"text to bytea":               {"word TYPE bytea USING convert_to(word, 'UTF8')", nil},
		"hexadecimal digits to bytea": {"word TYPE bytea USING decode('0' || word, 'hex')", []string{`id 1: b → \x0b`, `id 2: B → \x0b`}},
		"digits of a text to bytea":   {"ident TYPE bytea USING decode(replace(ident, '-', ''), 'hex')", nil},
		"every key to bigint":         {"id TYPE bigint", nil},
		"minutes to interval":         {"whole TYPE interval USING make_interval(mins => whole)", nil},
		"days to interval":            {"whole TYPE interval USING make_interval(days => whole)", nil},
		"another number of minutes": {
			"whole TYPE interval USING make_interval(mins => whole + 1)",
			[]string{"id 1: 5 → 00:06:00", "id 2: -6 → -00:05:00"},
		},
		"an epoch in a text": {"digits TYPE timestamptz USING to_timestamp(digits::float8)", nil},
		"wider fields": {"spot TYPE far_spot USING ROW((spot).x, (spot).y * 10, (spot).name)::far_spot", []string{
			"id 1: (1,2.5,) → (1,25.00,)", "id 2: (2,0.125,a) → (2,1.25,a)",
		}},
		"a field that is cut": {"spot TYPE far_spot USING ROW((spot).x, (spot).y, (spot).name)::far_spot", []string{
			"id 2: (2,0.125,a) → (2,0.13,a)",
		}},
	}
	fixture, change := typesFixture, ""
	for name, c := range cases {
		fixture += fmt.Sprintf("CREATE TABLE %q (LIKE v INCLUDING ALL); INSERT INTO %q SELECT * FROM v;\n", name, name)
		change += fmt.Sprintf("ALTER TABLE %q ALTER COLUMN %s;\n", name, c.change)
	}
	got := map[string][]string{}
	for _, c := range changesOf(t, servers.Template(t, fixture), change) {
		got[c.Table] = append(got[c.Table], c.Examples...)
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.examples, got["public."+name], cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLongValuesAreShownWhereTheyDiffer(t *testing.T) {
	long := strings.Repeat("long ", 50)
	for _, c := range []struct{ was, is, want string }{
		{long + "end", long + "END", "id 2: …long long end → …long long END"},
		{long + "x", long + "more", "id 2: …long long x → …long long more"},
		{"short", "shore", "id 2: short → shore"},
		{long + "end.\nThe", long + "end.\n\nThe ", `id 2: '…long end.\nThe' → '…long end.\n\nThe '`},
		{"1" + long + "x", "2" + long + "x", "id 2: 1long long long long long long long lon… → 2long long long long long long long lon…"},
	} {
		e := sides{was: TablePrint{Key: []string{"id"}}, before: rowSet{keys: [][]string{{"2"}}}}
		if got := e.example(0, c.was, c.is); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
