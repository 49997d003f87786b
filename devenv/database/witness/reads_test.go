package witness

import (
	"slices"
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/offending"
)

// readShape is a table whose columns statements read.
func readShape() *catalog.Shape {
	column := func(n int16, name, base, category string) catalog.Column {
		return catalog.Column{Number: n, Name: name, Base: base, BaseType: base, Kind: "b", Category: category}
	}
	return &catalog.Shape{Tables: []catalog.Table{{
		OID: 1, Schema: "public", Name: "users", Rows: true,
		Columns: []catalog.Column{column(1, "qty", "text", "S"), column(2, "n", "int4", "N"), column(3, "name", "text", "S")},
	}}}
}

func TestOnlyWhatAStatementReadsIsRestricted(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string][]string{
		"UPDATE users SET n = qty::int": {
			"qty N/A", "qty ", "qty  ", "qty 1,234.5", "qty NaN", "qty 12 pcs", "qty NULL", "n NULL",
		},
		"UPDATE users SET n = 1 / n -- by qty":               {"n 0", "n -1", "n NULL"},
		"UPDATE users SET qty = n * 1000":                    {"qty NULL", "n 2147483647", "n NULL"},
		"UPDATE users SET qty = 1000 * n::bigint":            {"qty NULL", "n NULL"},
		"UPDATE users SET n = 1 WHERE name = 'qty'":          {"n NULL", "name NULL"},
		"SELECT name FROM users":                             {"name NULL", "name devenv-2"},
		"SELECT * FROM users":                                {"qty NULL", "n NULL", "name NULL", "qty devenv-2", "name devenv-5"},
		"INSERT INTO users (name) VALUES ('x')":              nil,
		"DELETE FROM users WHERE qty = ''":                   nil,
		"CREATE FUNCTION f() AS $$ SELECT qty FROM users $$": nil,
		"UPDATE users SET n = to_date(trim(name), 'Y')": {
			"n NULL", "name N/A", "name ", "name  ", "name 31.12.2024", "name 0000-00-00", "name NULL",
		},
		"UPDATE others SET n = CAST(o.qty AS text) FROM other": nil,
	} {
		var got []string
		for _, r := range WithStatements(readShape(), readShape(), nil, []string{sql}) {
			if r.Kind == RestrictValue {
				got = append(got, r.Columns[0]+" "+unquoted(r.value))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", sql, got, want)
		}
	}
}

func TestADefaultMayComeAfterTheRow(t *testing.T) {
	t.Parallel()
	after := readShape()
	after.Tables[0].Columns = append(after.Tables[0].Columns,
		catalog.Column{Number: 4, Name: "actor", NotNull: true, Default: "'system'"}, catalog.Column{Number: 5, Name: "made", NotNull: true})
	for sql, want := range map[string]int{
		"ALTER TABLE users ALTER COLUMN actor SET NOT NULL":                       1,
		`ALTER TABLE "users" ALTER "actor" SET NOT NULL, ALTER name DROP DEFAULT`: 1,
		"ALTER TABLE users ALTER made SET NOT NULL":                               0, // which has no default: any row without it is tried
		"ALTER TABLE users ADD COLUMN actor text DEFAULT 'system' NOT NULL":       0,
		"ALTER TABLE others ALTER actor SET NOT NULL":                             0,
	} {
		if found := FilledLater(readShape(), after, []string{sql}); len(found) != want {
			t.Errorf("%s: %+v", sql, found)
		}
	}
}

func TestRefusedTextNamesTheValueThatHoldsIt(t *testing.T) {
	t.Parallel()
	message := `invalid input syntax for type boolean: "N/A"`
	for value, want := range map[string]int{`'{"open": "N/A"}'`: 5, `'{}'`: 2, `'N/A'`: 5, null: 0} {
		r := Restriction{Kind: RestrictValue, value: value}
		if got := r.explains(offending.Violation{SQLState: "22P02", Message: message}); got != want {
			t.Errorf("%s: got %d, want %d", value, got, want)
		}
	}
}

func TestATakenKeyNamesTheValueThatTookIt(t *testing.T) {
	t.Parallel()
	taken := offending.Violation{SQLState: "23505", Detail: "Key (kind)=(unknown) already exists."}
	for value, want := range map[string]int{"'unknown'": 8, "'refund'": 0, "''": 0, null: 0} {
		r := Restriction{Kind: RestrictValue, value: value}
		if got := r.explains(taken); got != want {
			t.Errorf("%s: got %d, want %d", value, got, want)
		}
	}
}

func unquoted(value string) string {
	if len(value) > 1 && value[0] == '\'' {
		return value[1 : len(value)-1]
	}
	return value
}

func TestAnUnknownTextOnlyBreaksALookup(t *testing.T) {
	t.Parallel()
	found := WithStatements(readShape(), readShape(), nil, []string{"SELECT name FROM users"})
	null, unknown := found[0], found[1]
	for failure, want := range map[[2]string]bool{
		{"KeyError", "KeyError: 'devenv-2'"}:                              true,
		{"ValueError", "ValueError: 'devenv-2' is not a valid Kind"}:      true,
		{"ValueError", "ValueError: invalid literal for int(): 'devenv'"}: false,
		{"IndexError", "IndexError: list index out of range"}:             false,
	} {
		if unknown.Faults(failure[0], failure[1]) != want || !null.Faults(failure[0], failure[1]) {
			t.Errorf("%s: want %t", failure[1], want)
		}
	}
}

func TestTextsThatOneCastRejectsAreOneGroup(t *testing.T) {
	t.Parallel()
	groups := map[string]int{}
	known := []Restriction{{Kind: RestrictNotNull, Table: "public.users", Columns: []string{"n"}}}
	for _, r := range WithStatements(readShape(), readShape(), known, []string{"UPDATE users SET n = qty::int / n"})[1:] {
		groups[r.Group()]++
	}
	if len(groups) != 3 || groups["public.users qty"] != 6 || groups["public.users n"] != 2 {
		t.Errorf("the groups are %v", groups)
	}
}

func TestOnlyASubqueryOfOneValueExpectsOne(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]bool{
		"UPDATE a SET b = (SELECT c FROM d WHERE d.e = a.e)":                   true,
		"UPDATE a SET b = (SELECT max(c) FROM d WHERE d.e = a.e)":              false,
		"UPDATE a SET b = (SELECT c FROM d WHERE d.e = a.e LIMIT 1)":           false,
		"UPDATE a SET b = 1 WHERE c IN (SELECT c FROM d WHERE d.e = a.e)":      false,
		"UPDATE a SET b = 1 WHERE EXISTS (SELECT FROM d WHERE d.e = a.e)":      false,
		"UPDATE a SET b = q.c FROM (SELECT c FROM d) q":                        false,
		"INSERT INTO a (b) SELECT c FROM d":                                    false,
		"INSERT INTO a (b) SELECT (SELECT c FROM e WHERE e.d = d.id) FROM d":   true,
		"UPDATE a SET b = coalesce((SELECT c FROM d WHERE d.e = a.e), 'none')": true,
	} {
		if got := parse(sql).expectsOne(); got != want {
			t.Errorf("%s: %t", sql, got)
		}
	}
}
