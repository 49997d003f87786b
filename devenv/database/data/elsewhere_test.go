package data

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// movedFixture has tables whose content a migration moves to another place, one for each case below.
const movedFixture = `
CREATE TABLE people (id int PRIMARY KEY, name text, street text, town text, kind text, noted timestamptz);
INSERT INTO people VALUES (1, 'Ann Lee', 'High 1', 'Graz', 'tool', '2024-01-01'), (2, 'Bob van Ray', 'Low 22', 'Linz', 'toy', '2024-01-02'), (3, NULL, NULL, NULL, 'tool', NULL);
CREATE TABLE bills (id int PRIMARY KEY, person int, total numeric(8,2), state text);
INSERT INTO bills VALUES (1, 1, 9.50, 'paid'), (2, 2, 7, 'open'), (3, 2, 8.25, 'paid');
CREATE TABLE links (person int, bill int, PRIMARY KEY (person, bill));
INSERT INTO links VALUES (1, 1), (2, 2), (2, 3);
CREATE TABLE flags (id int PRIMARY KEY, on_ boolean, level int, size int, note text);
INSERT INTO flags VALUES (1, true, 1, 1, NULL), (2, false, 2, 1, NULL), (3, true, 3, 2, NULL), (4, true, 1, 2, NULL);
CREATE TABLE cards (id uuid PRIMARY KEY, last4 char(4), tags text, remark text, doc jsonb);
INSERT INTO cards VALUES ('5d0c4a5e-0000-4000-8000-000000000001', '4242', 'a1,b2', ' ', '{"shop": "x1", "open": true, "n": 1}'),
  ('5d0c4a5e-0000-4000-8000-000000000002', NULL, '', 'late', '{"n": 2}');
CREATE TABLE spans (id int PRIMARY KEY, opened date, closed date, of text[], phone text);
INSERT INTO spans VALUES (1, '2024-01-01', NULL, '{red,"dark blue"}', '+43 316/20-17'), (2, NULL, '2024-05-31', '{red}', 'Ann@Example.org '), (3, NULL, NULL, '{}', NULL);
CREATE TABLE notes (id int PRIMARY KEY, note text);
INSERT INTO notes VALUES (1, NULL), (2, NULL);
CREATE TABLE slips (id int PRIMARY KEY, lines json, place text, kind text, prefs jsonb);
INSERT INTO slips VALUES (1, '[{"code": "base", "sum": 52.50}, {"code": "tax", "sum": -21}]', 'High 1, 8010 Graz', 'Leave', '{"lang": "sv", "look": "dark"}'),
  (2, '[]', '', 'leave', '{}'), (3, NULL, 'Low 22, 4020 Linz', 'sick', '{"lang": "de"}'), (4, '[{"code": "base", "sum": 7}]', NULL, 'sick', '{}');
CREATE TABLE logs (id int PRIMARY KEY, subject text, about int, detail jsonb);
INSERT INTO logs VALUES (1, 'meter', 1, '{"event": "in", "by": "kim"}'), (2, 'lot', 7, '{"event": "out", "by": "lee"}'), (3, 'meter', 2, NULL), (4, 'lot', 1, '{"event": "in", "by": "kim"}');
CREATE TABLE watches (person int, thing text, since date);
INSERT INTO watches VALUES (1, 'saw', '2024-01-01'), (1, 'saw', '2024-01-01'), (1, 'saw', NULL), (2, 'axe', NULL), (2, 'axe', NULL), (2, 'axe', NULL);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.noted := clock_timestamp(); RETURN NEW; END';
CREATE TRIGGER noted BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION noted();
`

func TestManyShortValuesAreKeptNotByChance(t *testing.T) {
	t.Parallel()
	template := servers.Template(t, "CREATE TABLE tries (id int PRIMARY KEY, n int, m int); INSERT INTO tries SELECT i, 1 + i % 3, 1 FROM generate_series(1, 20) i")
	for sql, want := range map[string]bool{
		"CREATE TABLE was AS SELECT id AS try, n AS old FROM tries; UPDATE tries SET n = 10 + n":                                       true,
		"CREATE TABLE was AS SELECT id AS try, n AS old FROM tries; UPDATE was SET old = 1 WHERE try = 7; UPDATE tries SET n = 10 + n": false,
		"CREATE TABLE was AS SELECT id AS try, n AS old FROM tries; UPDATE tries SET n = 10 + n WHERE id < 6":                          false,
		"CREATE TABLE was AS SELECT id AS try, m AS old FROM tries; UPDATE tries SET m = 2":                                            false,
	} {
		if changes := changesOf(t, template, sql); len(changes) != 1 || changes[0].Kept != want {
			t.Errorf("%s: %+v", sql, changes)
		}
	}
}

func TestMovedValuesAreNotLost(t *testing.T) {
	const kinds = "CREATE TABLE kinds (id int PRIMARY KEY, label text); INSERT INTO kinds VALUES (7, 'tool'), (8, 'toy'); " +
		"ALTER TABLE people ADD kind_id int; "
	const merge = "UPDATE people SET street = concat_ws('; ', NULLIF(street, ''), 'town: ' || town)"
	const archive = "CREATE TABLE old_bills (bill int PRIMARY KEY, who int, amount numeric(8,2), status text); "
	const elements = "CREATE TABLE words AS SELECT row_number() OVER (ORDER BY w)::int AS id, w FROM (SELECT DISTINCT unnest(of) w FROM spans) u; ALTER TABLE words ADD PRIMARY KEY (id); " +
		"CREATE TABLE span_words AS SELECT s.id AS span, w.id AS word, n::int AS at FROM spans s, unnest(of) WITH ORDINALITY u(x, n), words w WHERE w.w = x; " +
		"ALTER TABLE span_words ADD PRIMARY KEY (span, word); ALTER TABLE spans "
	const slipLines = "CREATE TABLE slip_lines AS SELECT id AS slip, n::int AS line, l ->> 'code' AS code, (l ->> 'sum')::numeric(12,2) AS sum " +
		"FROM slips, json_array_elements(lines) WITH ORDINALITY u(l, n); "
	const slipPlaces = "CREATE TABLE slip_places AS SELECT id AS slip, m[1] AS street, m[2] AS code, m[3] AS town " +
		"FROM slips, regexp_match(place, '^(.+), ([0-9]+) (.+)$') m WHERE place <> ''; "
	const logEvents = "CREATE TABLE meter_events AS SELECT id, about AS meter, detail ->> 'event' AS event, detail ->> 'by' AS who FROM logs WHERE subject = 'meter'; " +
		"CREATE TABLE lot_events AS SELECT id, about AS lot, detail ->> 'event' AS event, detail ->> 'by' AS who FROM logs WHERE subject = 'lot'; "
	const later = "SELECT *, row_number() OVER (PARTITION BY person, thing ORDER BY since) AS n FROM watches"
	const unwatch = "DELETE FROM watches w USING (SELECT ctid, row_number() OVER (PARTITION BY person, thing ORDER BY since) AS n FROM watches) d WHERE d.ctid = w.ctid AND d.n > 1"
	cases := map[string]struct {
		sql  string
		lost []string // tables and columns
	}{
		"rows without a key archived": {
			"CREATE TABLE watches_old AS SELECT person, thing, since, now() AS removed FROM (" + later + ") w WHERE n > 1; " + unwatch, nil,
		},
		"rows without a key archived once": {
			"CREATE TABLE watches_old AS SELECT DISTINCT person, thing, since FROM (" + later + ") w WHERE n > 1; " + unwatch, []string{"watches."},
		},
		"rows without a key archived in part": {
			"CREATE TABLE watches_old AS SELECT person, since FROM (" + later + ") w WHERE n > 1; " + unwatch, []string{"watches."},
		},
		"a table without a key archived": {
			"CREATE TABLE was AS SELECT now() AS at, * FROM watches; DROP TABLE watches", nil,
		},
		"a name split":               {"ALTER TABLE people ADD first text, ADD rest text; UPDATE people SET first = split_part(name, ' ', 1), rest = substr(name, strpos(name, ' ') + 1); ALTER TABLE people DROP name", nil},
		"a name split with a loss":   {"ALTER TABLE people ADD first text, ADD rest text; UPDATE people SET first = split_part(name, ' ', 1), rest = split_part(name, ' ', 2); ALTER TABLE people DROP name", []string{"people.name"}},
		"two columns merged":         {"ALTER TABLE people ADD address text; UPDATE people SET address = street || ', ' || town; ALTER TABLE people DROP street, DROP town", nil},
		"a text merged into another": {merge + "; ALTER TABLE people DROP town", nil},
		"merged but for one row":     {merge + " WHERE id <> 1; ALTER TABLE people DROP town", []string{"people.town"}},
		"some in a column, the rest merged": {
			"ALTER TABLE people ADD place text; UPDATE people SET place = town WHERE id > 1; " + merge + " WHERE id = 1; ALTER TABLE people DROP town", nil,
		},
		"a text in a lookup":         {kinds + "UPDATE people SET kind_id = k.id FROM kinds k WHERE label = kind; ALTER TABLE people DROP kind", nil},
		"a lookup that mixes up":     {kinds + "UPDATE people SET kind_id = 7; ALTER TABLE people DROP kind", []string{"people.kind"}},
		"a list in its own table":    {"CREATE TABLE words AS SELECT id, w FROM people, unnest(string_to_array(name, ' ')) w; CREATE TABLE streets AS SELECT id AS person, s FROM people, unnest(string_to_array(street, ',')) s; ALTER TABLE people DROP street", nil},
		"a state under another name": {"ALTER TABLE people ADD state int; UPDATE people SET state = CASE kind WHEN 'tool' THEN 1 ELSE 2 END; ALTER TABLE people DROP kind", nil},
		"a digest":                   {"ALTER TABLE people ADD digest text; UPDATE people SET digest = md5(name); ALTER TABLE people DROP name", []string{"people.name"}},
		"a column in its own table":  {"CREATE TABLE towns AS SELECT id AS person, town AS place FROM people; ALTER TABLE people DROP town", nil},
		"another row's column there": {"CREATE TABLE towns AS SELECT 3 - id AS person, town AS place FROM people; ALTER TABLE people DROP town", []string{"people.town"}},
		"rows archived":              {archive + "INSERT INTO old_bills SELECT * FROM bills WHERE state = 'paid'; DELETE FROM bills WHERE state = 'paid'", nil},
		"rows archived in part":      {archive + "INSERT INTO old_bills SELECT * FROM bills WHERE id = 1; DELETE FROM bills WHERE state = 'paid'", []string{"bills."}},
		"rows archived without a column": {
			archive + "INSERT INTO old_bills SELECT id, person, NULL, state FROM bills WHERE state = 'paid'; DELETE FROM bills WHERE state = 'paid'",
			[]string{"bills."},
		},
		"links dropped beside a new table":     {"CREATE TABLE other AS SELECT 1 AS id, 'x' AS what; DROP TABLE links", []string{"links."}},
		"links emptied beside a grown table":   {"INSERT INTO bills VALUES (9, 1, 3, 'open'); DELETE FROM links", []string{"links."}},
		"links in another table":               {"CREATE TABLE pairs AS SELECT bill AS b, person AS p FROM links; DROP TABLE links", nil},
		"links in another table in part":       {"CREATE TABLE pairs AS SELECT bill AS b, person AS p FROM links WHERE bill > 1; DROP TABLE links", []string{"links."}},
		"rows of a key beside ids":             {"CREATE TABLE other AS SELECT g AS id FROM generate_series(1, 9) g; DROP TABLE notes", []string{"notes."}},
		"a boolean beside two of each value":   {"ALTER TABLE flags ADD a boolean DEFAULT true, ADD b boolean DEFAULT false, DROP on_; ALTER TABLE flags ALTER a DROP DEFAULT, ALTER b DROP DEFAULT", []string{"flags.on_"}},
		"a boolean beside two in a new table":  {"CREATE TABLE prefs AS SELECT id AS flag, true AS a, false AS b FROM flags; ALTER TABLE flags DROP on_", []string{"flags.on_"}},
		"a boolean as rows of its own":         {"CREATE TABLE hidden AS SELECT id AS flag_id FROM flags WHERE on_; ALTER TABLE flags DROP on_", nil},
		"a boolean as some of its rows":        {"CREATE TABLE hidden AS SELECT id AS flag_id FROM flags WHERE on_ AND id > 1; ALTER TABLE flags DROP on_", []string{"flags.on_"}},
		"a boolean as all of the rows":         {"CREATE TABLE hidden AS SELECT id AS flag_id FROM flags; ALTER TABLE flags DROP on_", []string{"flags.on_"}},
		"a boolean in a new table":             {"CREATE TABLE prefs AS SELECT id AS flag, on_ AS a FROM flags; ALTER TABLE flags DROP on_", nil},
		"a level beside a lookup":              {"CREATE TABLE ranks (rank int, of int, PRIMARY KEY (rank, of)); CREATE TABLE seats (id int PRIMARY KEY, x int, y int, z int); INSERT INTO seats VALUES (1, 1, 2, 3), (2, 1, 2, 3); ALTER TABLE flags ADD priority int; UPDATE flags SET priority = size; ALTER TABLE flags DROP level", []string{"flags.level"}},
		"a level beside numbers":               {"ALTER TABLE flags ADD a int, ADD b int, ADD c int; UPDATE flags SET a = 1, b = 2, c = 3; ALTER TABLE flags DROP level", []string{"flags.level"}},
		"a level in rows of three defaults":    {"CREATE TABLE marks AS SELECT id AS flag, x FROM flags, generate_series(1, 3) x; ALTER TABLE flags DROP level", []string{"flags.level"}},
		"a single value in its own table":      {"CREATE TABLE a AS SELECT id AS card, last4 AS digits FROM cards WHERE last4 IS NOT NULL; ALTER TABLE cards DROP last4", nil},
		"a single value beside a default":      {"CREATE TABLE a (card uuid, digits char(4) DEFAULT '4242'); INSERT INTO a (card) SELECT id FROM cards; ALTER TABLE cards DROP last4", []string{"cards.last4"}},
		"a single value in another row":        {"CREATE TABLE a AS SELECT o.id AS card, c.last4 AS digits FROM cards c, cards o WHERE c.last4 IS NOT NULL AND o.last4 IS NULL; ALTER TABLE cards DROP last4", []string{"cards.last4"}},
		"a single value in a lookup":           {"CREATE TABLE ends (id int PRIMARY KEY, digits char(4)); INSERT INTO ends VALUES (7, '4242'); ALTER TABLE cards ADD ends int; UPDATE cards SET ends = 7 WHERE last4 IS NOT NULL; ALTER TABLE cards DROP last4", nil},
		"a single value in every row's lookup": {"CREATE TABLE ends (id int PRIMARY KEY, digits char(4)); INSERT INTO ends VALUES (7, '4242'); ALTER TABLE cards ADD ends int; UPDATE cards SET ends = 7; ALTER TABLE cards DROP last4", []string{"cards.last4"}},
		"members in rows of their own":         {"CREATE TABLE a AS SELECT id AS card, key, value FROM cards, jsonb_each(doc); ALTER TABLE cards DROP doc", nil},
		"members in rows but one":              {"CREATE TABLE a AS SELECT id AS card, key, value FROM cards, jsonb_each(doc) WHERE key <> 'shop'; ALTER TABLE cards DROP doc", []string{"cards.doc"}},
		"a member under another name":          {"UPDATE cards SET doc = (doc - 'n') || jsonb_build_object('number', doc -> 'n')", nil},
		"a list and one of nothing":            {"CREATE TABLE a AS SELECT id AS card, n, tag FROM cards, unnest(string_to_array(tags, ',')) WITH ORDINALITY u(tag, n); ALTER TABLE cards DROP tags", nil},
		"a list in part":                       {"CREATE TABLE a AS SELECT id AS card, split_part(tags, ',', 1) AS tag FROM cards; ALTER TABLE cards DROP tags", []string{"cards.tags"}},
		"blanks become NULL":                   {"UPDATE cards SET remark = nullif(trim(remark), '')", nil},
		"blanks and a value become NULL":       {"UPDATE cards SET remark = NULL", []string{"cards.remark"}},
		"members become columns":               {"ALTER TABLE cards ADD shop text, ADD open boolean; UPDATE cards SET shop = doc ->> 'shop', open = (doc ->> 'open')::boolean, doc = doc - 'shop' - 'open'", nil},
		"dates in a range":                     {"ALTER TABLE spans ADD life daterange; UPDATE spans SET life = daterange(opened, closed); ALTER TABLE spans DROP opened, DROP closed", nil},
		"dates in a range of whole days":       {"ALTER TABLE spans ADD life daterange; UPDATE spans SET life = daterange(opened, closed, '[]'); ALTER TABLE spans DROP opened, DROP closed", nil},
		"one date in a range":                  {"ALTER TABLE spans ADD life daterange; UPDATE spans SET life = daterange(opened, NULL); ALTER TABLE spans DROP opened, DROP closed", []string{"spans.closed"}},
		"elements in a lookup":                 {elements + "DROP of", nil},
		"elements in a lookup but one":         {elements + "ADD x int; DELETE FROM span_words WHERE word = 2 AND span = 1; ALTER TABLE spans DROP of", []string{"spans.of"}},
		"numbers and addresses tidied":         {"UPDATE spans SET phone = CASE id WHEN 1 THEN '+433162017' ELSE lower(trim(phone)) END", nil},
		"old values in a table of their own":   {"CREATE TABLE was AS SELECT id AS span, closed AS old FROM spans WHERE closed IS NOT NULL; UPDATE spans SET closed = closed + 1", nil},
		"elements as rows": {
			slipLines + "ALTER TABLE slips DROP lines", nil,
		},
		"elements as rows but one":              {slipLines + "DELETE FROM slip_lines WHERE code = 'tax'; ALTER TABLE slips DROP lines", []string{"slips.lines"}},
		"parts in a table of their own":         {slipPlaces + "ALTER TABLE slips DROP place", nil},
		"a part lost in a table of its own":     {slipPlaces + "UPDATE slip_places SET town = 'Wien'; ALTER TABLE slips DROP place", []string{"slips.place"}},
		"members in columns, none of some rows": {"ALTER TABLE slips ADD lang text, ADD look text DEFAULT 'light'; UPDATE slips SET lang = prefs ->> 'lang', look = coalesce(prefs ->> 'look', look); ALTER TABLE slips DROP prefs", nil},
		"a lookup of words spelled alike": {
			"CREATE TABLE leaves (id int PRIMARY KEY, name text); INSERT INTO leaves SELECT 10 + row_number() OVER (), k FROM (SELECT DISTINCT lower(kind) k FROM slips) x; " +
				"ALTER TABLE slips ADD kind_id int; UPDATE slips SET kind_id = l.id FROM leaves l WHERE name = lower(kind); ALTER TABLE slips DROP kind", nil,
		},
		"words spelled alike in place":       {"UPDATE slips SET kind = lower(kind)", nil},
		"rows in a table of each kind":       {logEvents + "DROP TABLE logs", nil},
		"rows of one kind lost":              {logEvents + "DELETE FROM lot_events WHERE id = 4; DROP TABLE logs", []string{"logs."}},
		"rows of each kind without a member": {logEvents + "ALTER TABLE meter_events DROP who; DROP TABLE logs", []string{"logs."}},
		"a table split with a shared key":    {"CREATE TABLE a AS SELECT id, person FROM bills; CREATE TABLE b AS SELECT id AS bill, total, state FROM bills; DROP TABLE bills", nil},
	}
	template := servers.Template(t, movedFixture)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var lost []string
			for _, change := range changesOf(t, template, c.sql) {
				if change.Kind != ValuesChanged {
					lost = append(lost, change.Table[len("public."):]+"."+change.Column)
				} else if !change.Stamped && !change.Tidied && !change.Kept {
					t.Errorf("changed: %+v", change)
				}
			}
			slices.Sort(lost)
			if diff := cmp.Diff(c.lost, lost, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRenamesAreTheFewThatChanged(t *testing.T) {
	t.Parallel()
	texts := retyping{old: "text", new: "text"}
	for _, c := range []struct {
		pairs [][2]string
		want  map[string]string
	}{
		{[][2]string{{"python", "run_python"}, {"search", "search"}}, map[string]string{"python": "run_python"}},
		{[][2]string{{"python", "run_python"}, {"run_python", "run_python"}}, nil},
	} {
		if got := renames(c.pairs, texts); !maps.Equal(got, c.want) {
			t.Errorf("%v: %v", c.pairs, got)
		}
	}
}

func TestOnlyStatesOneByOneAreRenamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, old, new string
		pairs          [][2]string
		want           bool
	}{
		{"labels", "mood", "feel", [][2]string{{"sad", "low"}, {"ok", "ok"}}, true},
		{"texts, some of them twice", "text", "smallint", [][2]string{{"new", "0"}, {"paid", "1"}, {"new", "0"}}, true},
		{"two made one", "mood", "mood", [][2]string{{"sad", "ok"}, {"ok", "ok"}}, false},
		{"one made two", "text", "text", [][2]string{{"new", "a"}, {"new", "b"}, {"old", "c"}}, false},
		{"texts that all differ", "text", "text", [][2]string{{"ann", "ANN"}, {"bob", "BOB"}}, false},
		{"numbers", "integer", "integer", [][2]string{{"1", "2"}, {"1", "2"}, {"2", "3"}}, false},
		{"times", "timestamp without time zone", "text", [][2]string{{"a", "b"}, {"a", "b"}}, false},
	} {
		if got := renamedStates(c.pairs, retyping{old: c.old, new: c.new}); got != c.want {
			t.Errorf("%s: %t", c.what, got)
		}
	}
}
