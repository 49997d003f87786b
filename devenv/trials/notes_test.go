package trials

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/checks"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/migrations"
)

func TestLockedTablesAreReadFromStatements(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		"ALTER TABLE users ADD COLUMN a int":                        "public.users",
		"\n  alter table if exists only public.users ADD b int":     "public.users",
		`ALTER TABLE crm."Contact" DROP COLUMN c`:                   "crm.Contact",
		"DROP TABLE IF EXISTS users":                                "public.users",
		"LOCK users IN SHARE MODE":                                  "public.users",
		"TRUNCATE TABLE users CASCADE":                              "public.users",
		"CREATE UNIQUE INDEX IF NOT EXISTS ix ON ONLY users (name)": "public.users",
		"CREATE INDEX CONCURRENTLY ix ON users (name)":              "",
		"ALTER TABLE badges ADD COLUMN a int":                       "", // a new one
		"ALTER TABLE crm.users ADD COLUMN a int":                    "",
		"UPDATE users SET name = 'ALTER TABLE users'":               "",
	} {
		if got := strings.Join(noted(sql).alteredTables(), " "); got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
}

func TestAQueryThatSetsASequenceReadsNothing(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]int{
		"SELECT setval('users_id_seq', coalesce(max(id), 0) + 1, false) FROM users": 0,
		"SELECT id FROM users": 1,
	} {
		if notes := noted(sql).readingNotes("alembic upgrade --sql"); len(notes) != want {
			t.Errorf("%s: %+v", sql, notes)
		}
	}
}

func TestLockNotesNameWaitsAndManyTables(t *testing.T) {
	t.Parallel()
	const waits, many = "it waits for its lock on ", " tables are locked one after another: "
	users, contacts, teams := "ALTER TABLE users ADD a int", `DROP TABLE crm."Contact"`, "TRUNCATE teams"
	for name, c := range map[string]struct {
		statements, want []string
	}{
		"two": {[]string{users, contacts, users}, []string{waits + "public.users, crm.Contact without lock_timeout"}},
		"three": {
			[]string{users, contacts, teams},
			[]string{
				waits + "public.users, crm.Contact, public.teams without lock_timeout",
				"3" + many + "public.users, crm.Contact, public.teams",
			},
		},
		"three, with a time out": {
			[]string{"SET LOCK_TIMEOUT = '5s'", users, contacts, teams},
			[]string{"3" + many + "public.users, crm.Contact, public.teams"},
		},
		"none": {[]string{"CREATE TABLE badges ()"}, nil},
	} {
		var got []string
		for _, n := range noted(c.statements...).notes("", true) {
			text, _, _ := strings.Cut(n.Text, ", which others")
			got = append(got, text)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAColumnThatHadNullsIsNoted(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		values    int64
		was, is   catalog.Column
		sampledBy int
		want      int
	}{
		"had NULLs":       {7, catalog.Column{}, catalog.Column{NotNull: true}, 1, 1},
		"has a default":   {7, catalog.Column{}, catalog.Column{NotNull: true, Default: "0"}, 1, 0},
		"had none":        {9, catalog.Column{}, catalog.Column{NotNull: true}, 1, 0},
		"may be NULL":     {7, catalog.Column{}, catalog.Column{}, 1, 0},
		"was so before":   {7, catalog.Column{NotNull: true}, catalog.Column{NotNull: true}, 1, 0},
		"read in samples": {7, catalog.Column{}, catalog.Column{NotNull: true}, 10, 0},
	} {
		u := &upgrade{}
		shape := func(column catalog.Column) catalog.Shape {
			column.Number, column.Name = 2, "started"
			return catalog.Shape{Tables: []catalog.Table{{OID: 1, Schema: "public", Name: "courses", Columns: []catalog.Column{column}}}}
		}
		u.before.Shape, u.after.Shape = shape(c.was), shape(c.is)
		u.before.Fingerprint.Tables = []data.TablePrint{{
			OID: 1, Rows: 9, SampledBy: c.sampledBy, Columns: []data.ColumnPrint{{Number: 2, Name: "started", Values: c.values}},
		}}
		notes := u.noLongerNull()
		if len(notes) != c.want || c.want == 1 && !strings.HasPrefix(notes[0].Text, "courses.started was NULL in 2 rows and is NOT NULL now") {
			t.Errorf("%s: %+v", what, notes)
		}
	}
}

func TestValuesThatCodeReadsAreNoted(t *testing.T) {
	t.Parallel()
	column := func(name, base, category string) catalog.Column {
		return catalog.Column{Name: name, Base: base, Category: category}
	}
	for sql, want := range map[string][]string{
		"SELECT id, headers FROM messages WHERE body <> ''":              {"messages.headers"},
		"SELECT m.body FROM public.messages m":                           {"messages.body"},
		"SELECT * FROM messages":                                         {"messages.headers", "messages.body"},
		"SELECT count(*) FROM messages WHERE body = 'x'":                 nil,
		"SELECT id FROM messages":                                        nil,
		"UPDATE messages SET body = (SELECT body FROM messages LIMIT 1)": nil,
	} {
		var u upgrade
		u.before.Shape.Tables = []catalog.Table{{Schema: "public", Name: "messages", Columns: []catalog.Column{
			column("id", "int4", "N"), column("headers", "jsonb", "U"), column("body", "text", "S"),
		}}}
		u.statements = []migrations.Statement{{Revision: "3f2a", SQL: sql}}
		if got := u.readFreely([]string{"public.messages"}); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
}

func TestOnlyCodeSetsALockTimeout(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"op.execute(\"SET lock_timeout = '5s'\")":                  true,
		"connect_args={'options': '-c lock_timeout=5000'}":         true,
		"a = 1\nSET LOCAL LOCK_TIMEOUT TO '1s';":                   true,
		"# lock_timeout is set by the proxy":                       false,
		"x = 1  # no lock_timeout\n-- lock_timeout\nSELECT 1 - 2;": false,
	} {
		file := filepath.Join(t.TempDir(), "env.py")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := setsLockTimeout(file); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// noted returns a successful upgrade that ran these statements on tables of two schemas.
func noted(statements ...string) *upgrade {
	u := &upgrade{outcome: checks.Outcome{Ran: true}}
	u.before.Shape.Tables = []catalog.Table{
		{OID: 1, Schema: "public", Name: "users"},
		{OID: 2, Schema: "crm", Name: "Contact"},
		{OID: 3, Schema: "public", Name: "teams"},
	}
	u.after.Shape = u.before.Shape
	for _, sql := range statements {
		u.statements = append(u.statements, migrations.Statement{Revision: "3f2a", SQL: sql})
	}
	return u
}

func TestRevisionsAreNotIdleWithoutReportedStatements(t *testing.T) {
	t.Parallel()
	u := noted()
	u.revisions = []migrations.Revision{{ID: "3f2a"}}
	if notes := u.notes("", true); len(notes) > 0 {
		t.Errorf("for a tool that reports no statements: %+v", notes)
	}
}

func TestSingleReportedTransactionMakesAnUpgradeAtomic(t *testing.T) {
	t.Parallel()
	for want, transactions := range map[bool][]string{true: {"1", "1"}, false: {"1", ""}} {
		u := noted("ALTER TABLE users ADD a int", "ALTER TABLE users ADD b int")
		for i := range u.statements {
			u.statements[i].Transaction = transactions[i]
		}
		if u.isAtomic() != want {
			t.Errorf("transactions %q: isAtomic is %v", transactions, u.isAtomic())
		}
	}
	if noted().isAtomic() {
		t.Error("an upgrade without reported statements is atomic")
	}
}
