package trials

import (
	"slices"
	"strings"
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/forward"
	"devenv/devenv/database/writes"
	"devenv/migrations"
)

func TestWhatFailedBeforeARenameIsNotNew(t *testing.T) {
	t.Parallel()
	table := func(oid uint32, name, column string) catalog.Table {
		return catalog.Table{OID: oid, Schema: "public", Name: name, Columns: []catalog.Column{{Number: 1, Name: column}}}
	}
	var up upgrade
	up.before.Shape.Tables = []catalog.Table{table(7, "teams", "id"), table(8, "users", "id"), table(9, "gone", "id")}
	up.after.Shape.Tables = []catalog.Table{table(7, "crews", "number"), table(8, "teams", "id")}
	behind := func(table, column string) writes.Failed {
		return writes.Failed{Table: table, Column: column, SQLState: "23505", Message: "the sequence of " + table}
	}
	was := behind("public.teams", "id")
	for _, c := range []struct {
		what string
		is   writes.Failed
		want bool
	}{
		{"the table and its column under new names", behind("public.crews", "number"), true},
		{"another table under the old name", behind("public.teams", "id"), false},
		{"another column", behind("public.crews", "id"), false},
		{"another refusal", writes.Failed{Table: "public.crews", Column: "number", SQLState: "42501"}, false},
	} {
		if got := up.failsAlike(was, c.is); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
	if gone := behind("public.gone", "id"); !up.failsAlike(gone, gone) {
		t.Error("a table that is gone does not fail as it did")
	}
}

func TestANewTablesRightsSayWhoWritesIt(t *testing.T) {
	t.Parallel()
	kinds := catalog.Table{OID: 7, Schema: "shop", Name: "kinds"}
	for _, c := range []struct {
		what, rights, statement string
		was                     *catalog.Table
		want                    []string
	}{
		{"no right, as if forgotten", "", "CREATE TABLE shop.kinds (id int)", nil, []string{"", "app"}},
		{"only SELECT", "SELECT", "CREATE TABLE shop.kinds (id int)", nil, []string{""}},
		{"INSERT too", "INSERT SELECT", "CREATE TABLE shop.kinds (id int)", nil, []string{"", "app"}},
		{"a copy", "", "create table if not exists shop.kinds as select 1", nil, []string{""}},
		{"another copy", "", "CREATE TABLE shop.kinds_old AS SELECT 1", nil, []string{"", "app"}},
		{"a copy by SELECT INTO", "", "SELECT * INTO shop.kinds FROM shop.sorts", nil, []string{""}},
		{"filled by a query", "", "INSERT INTO shop.kinds SELECT * FROM shop.sorts", nil, []string{"", "app"}},
		{"a copy in the place of the old", "", "CREATE TABLE shop.kinds AS SELECT 1", &kinds, []string{"", "app"}},
	} {
		var up upgrade
		up.after.Shape.Tables = []catalog.Table{kinds}
		up.after.Access.Rights = map[forward.Grant]string{{Role: "app", Object: "table:shop.kinds"}: c.rights}
		up.statements = []migrations.Statement{{SQL: c.statement, Revision: "a"}}
		target := writes.Target{Table: &kinds, Was: c.was, Roles: []string{"", "app"}}
		if up.asGranted(&target); !slices.Equal(target.Roles, c.want) {
			t.Errorf("%s: %q", c.what, target.Roles)
		}
	}
}

func TestASequenceIsBehindForWhatMovesIt(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]int{
		"ALTER SEQUENCE moves_id_seq RESTART WITH 1":              1,
		"INSERT INTO moves (id) VALUES (7)":                       1,
		"SELECT setval(pg_get_serial_sequence('moves', 'id'), 1)": 1,
		"ALTER TABLE public.moves ALTER id RESTART":               1,
		"INSERT INTO moves_old SELECT * FROM others":              2, // then what names the table
	} {
		u := &upgrade{statements: []migrations.Statement{
			{Revision: "3f2a", Line: 1, SQL: sql}, {Revision: "3f2a", Line: 2, SQL: "DELETE FROM moves WHERE delta = 0"},
		}}
		if got := u.causeOf(writes.Failed{Table: "public.moves", Sequence: `public."moves_id_seq"`}); got.Line != want {
			t.Errorf("%s: line %d, want %d", sql, got.Line, want)
		}
	}
}

func TestAWriteFailsForWhatPostgresNames(t *testing.T) {
	t.Parallel()
	u := &upgrade{statements: []migrations.Statement{
		{Revision: "3f2a", Line: 1, SQL: "UPDATE items SET deposit_cents = 0"},
		{Revision: "3f2a", Line: 2, SQL: "ALTER TABLE items ALTER COLUMN deposit_cents SET NOT NULL"},
		{Revision: "3f2a", Line: 3, SQL: "ALTER TABLE items RENAME notes TO care_notes"},
		{Revision: "3f2a", Line: 4, SQL: "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM app"},
		{Revision: "3f2a", Line: 5, SQL: "ALTER TYPE item_state RENAME VALUE 'lent' TO 'out'"},
		{Revision: "3f2a", Line: 6, SQL: "GRANT SELECT ON items TO reports"},
		{Revision: "3f2a", Line: 7, SQL: "ALTER TABLE items ADD CONSTRAINT uq UNIQUE (deposit_cents)"},
		{Revision: "3f2a", Line: 8, SQL: "CREATE INDEX ix ON items (deposit_cents) WHERE deposit_cents IS NOT NULL"},
	}}
	for message, want := range map[string]int{
		`null value in column "deposit_cents" of relation "items" violates not-null constraint`: 2,
		`invalid input value for enum item_state: "lent"`:                                       5,
		"permission denied for table items":                                                     8,
		"permission denied for sequence items_id_seq":                                           4,
	} {
		if got := u.causeOf(writes.Failed{Table: "public.items", Message: message}); got.Line != want {
			t.Errorf("%s: line %d, want %d", message, got.Line, want)
		}
	}
}

func TestCodeNamesATableBesideItsSchema(t *testing.T) {
	t.Parallel()
	table := &catalog.Table{Schema: "crm", Name: "visits"}
	for code, want := range map[string]bool{
		"SELECT * FROM crm.visits": true,
		"__tablename__ = \"visits\"\n__table_args__ = {\"schema\": \"crm\"}": true,
		"SELECT * FROM crm.visits_2026":                                      false,
		"SELECT * FROM visits":                                               false,
	} {
		if namesTable(code, table) != want {
			t.Errorf("%s: want %t", code, want)
		}
	}
}

func TestAnArchiveFilledByAQueryIsNotWritten(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"kinds_old", "kinds_removed", "archived_kinds"} {
		var up upgrade
		table := catalog.Table{OID: 7, Schema: "shop", Name: name}
		up.after.Shape.Tables = []catalog.Table{table}
		up.statements = []migrations.Statement{{SQL: "INSERT INTO shop." + name + " SELECT * FROM shop.kinds", Revision: "a"}}
		target := writes.Target{Table: &table, Roles: []string{"", "app"}}
		if up.asGranted(&target); !slices.Equal(target.Roles, []string{""}) {
			t.Errorf("%s: %q", name, target.Roles)
		}
	}
}

func TestNamesAndRightsSayWhoStaysOut(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		label, statement string
		rights           map[forward.Grant]string
		want             bool
	}{
		"nothing says so":               {"press.releases", "CREATE TABLE press.releases (id int)", nil, false},
		"an archive":                    {"archive.releases", "CREATE TABLE archive.releases (id int)", nil, true},
		"a table of an audit":           {"press.audit_log", "CREATE TABLE press.audit_log (id int)", nil, true},
		"words within words":            {"shops.goldlogins", "CREATE TABLE shops.goldlogins (id int)", nil, false},
		"a role with rights":            {"press.releases", "", map[forward.Grant]string{{Role: "desk", Object: "table:press.releases"}: "SELECT"}, true},
		"a role that uses the schema":   {"press.releases", "", map[forward.Grant]string{{Role: "desk", Object: "schema:press"}: "USAGE"}, true},
		"a function that writes there":  {"press.releases", "CREATE FUNCTION f() AS $$ INSERT INTO press.releases DEFAULT VALUES $$", nil, true},
		"a role with rights on another": {"press.releases", "", map[forward.Grant]string{{Role: "desk", Object: "table:press.other"}: "SELECT"}, false},
	} {
		var up upgrade
		up.statements = []migrations.Statement{{Revision: "a", SQL: c.statement}}
		up.after.Access.Rights = c.rights
		schema, name, _ := strings.Cut(c.label, ".")
		if got := up.keepsOut(&catalog.Table{Schema: schema, Name: name}); got != c.want {
			t.Errorf("%s: %v", what, got)
		}
	}
}
