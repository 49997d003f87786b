package witness

import (
	"slices"
	"strings"
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/internal/databasetest"
	"devenv/devenv/database/query"
)

func TestAMemberMayLackWhereObjectsDiffer(t *testing.T) {
	t.Parallel()
	const differ, same = `('{"minutes": 1}'), ('{"minutes": 2, "by": "A"}'), (NULL)`, `('{"minutes": 1}'), ('{"minutes": 2}'), ('[3]')`
	for c, want := range map[[2]string]bool{
		{differ, "id, payload"}:       true,
		{same, "id, payload"}:         false,
		{differ, "id, kind, payload"}: false, // the code may know what each kind has
	} {
		conn := servers.Template(t, cleanFixture).Copy(t)
		databasetest.Exec(t, conn, "CREATE TABLE calls (id serial PRIMARY KEY, kind text, payload jsonb); INSERT INTO calls (payload) VALUES "+c[0])
		shape, err := catalog.ReadShape(query.VersionTable{})(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		read := "SELECT " + c[1] + " FROM calls WHERE payload IS NOT NULL"
		witnesses, err := Build(t.Context(), conn, &shape, WithStatements(&shape, &shape, nil, []string{read}))
		if err != nil {
			t.Fatal(err)
		}
		made := slices.ContainsFunc(witnesses, func(w Witness) bool { return strings.Contains(strings.Join(w.Inserts, ";"), "'{}'") })
		if made != want {
			t.Errorf("%v: %+v", c, witnesses)
		}
	}
}

func TestAnArrayColumnIsTriedEmpty(t *testing.T) {
	t.Parallel()
	for rows, want := range map[string][2]bool{ // an empty object, an empty array
		`('[1]'), ('[]'), ('null'), (NULL)`: {false, true},
		`('[1]'), ('{"a": 1}')`:             {true, false},
		`(NULL)`:                            {true, false},
	} {
		conn := servers.Template(t, cleanFixture).Copy(t)
		databasetest.Exec(t, conn, "CREATE TABLE pins (person int, place int); CREATE TABLE people (id serial PRIMARY KEY, pinned jsonb); "+
			"INSERT INTO people (pinned) VALUES "+rows)
		shape, err := catalog.ReadShape(query.VersionTable{})(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		move := "INSERT INTO pins (person, place) SELECT id, e::int FROM people, jsonb_array_elements_text(pinned) e"
		witnesses, err := Build(t.Context(), conn, &shape, WithStatements(&shape, &shape, nil, []string{move}))
		if err != nil {
			t.Fatal(err)
		}
		made := func(value string) bool {
			return slices.ContainsFunc(witnesses, func(w Witness) bool { return strings.Contains(strings.Join(w.Inserts, ";"), value) })
		}
		if got := [2]bool{made("'{}'"), made("'[]'")}; got != want {
			t.Errorf("%s: %v, want %v: %+v", rows, got, want, witnesses)
		}
	}
}
