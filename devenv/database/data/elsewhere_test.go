package data

import (
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
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.noted := clock_timestamp(); RETURN NEW; END';
CREATE TRIGGER noted BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION noted();
`

func TestMovedValuesAreNotLost(t *testing.T) {
	const kinds = "CREATE TABLE kinds (id int PRIMARY KEY, label text); INSERT INTO kinds VALUES (7, 'tool'), (8, 'toy'); " +
		"ALTER TABLE people ADD kind_id int; "
	const archive = "CREATE TABLE old_bills (bill int PRIMARY KEY, who int, amount numeric(8,2), status text); "
	cases := map[string]struct {
		sql  string
		lost []string // tables and columns
	}{
		"a name split":               {"ALTER TABLE people ADD first text, ADD rest text; UPDATE people SET first = split_part(name, ' ', 1), rest = substr(name, strpos(name, ' ') + 1); ALTER TABLE people DROP name", nil},
		"a name split with a loss":   {"ALTER TABLE people ADD first text, ADD rest text; UPDATE people SET first = split_part(name, ' ', 1), rest = split_part(name, ' ', 2); ALTER TABLE people DROP name", []string{"people.name"}},
		"two columns merged":         {"ALTER TABLE people ADD address text; UPDATE people SET address = street || ', ' || town; ALTER TABLE people DROP street, DROP town", nil},
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
		"a table split with a shared key": {"CREATE TABLE a AS SELECT id, person FROM bills; CREATE TABLE b AS SELECT id AS bill, total, state FROM bills; DROP TABLE bills", nil},
	}
	template := servers.Template(t, movedFixture)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var lost []string
			for _, change := range changesOf(t, template, c.sql) {
				if change.Kind != ValuesChanged {
					lost = append(lost, change.Table[len("public."):]+"."+change.Column)
				} else if !change.Stamped {
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
