package writes

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

// writtenFixture has tables that an application's own role writes, and a trigger that reads another table.
const writtenFixture = `
CREATE TABLE teams (id serial PRIMARY KEY, name text NOT NULL UNIQUE, motto text);
CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text, nick text, team int REFERENCES teams);
INSERT INTO teams (name) VALUES ('red'), ('blue'); INSERT INTO users (body) VALUES ('x');
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.body := (SELECT max(motto) FROM teams); RETURN NEW; END $$;
CREATE TRIGGER note BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION note();
CREATE SCHEMA back; CREATE TABLE back.notes (id int PRIMARY KEY);
DO $$ BEGIN CREATE ROLE devenv_app; EXCEPTION WHEN duplicate_object THEN END $$;
GRANT USAGE ON SCHEMA public TO devenv_app; GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO devenv_app; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO devenv_app;
`

func TestOnlyWritesBrokenByAMoveFail(t *testing.T) {
	servers.OnEachMajor(t, writtenFixture, tryMoves)
}

// tryMoves tries writes after each of some moves, in a database that holds writtenFixture.
func tryMoves(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	cases := map[string]struct{ move, want string }{
		"a trigger uses the dropped column":      {"ALTER TABLE users DROP body", "42703 public.users"},
		"a trigger of another table does":        {"ALTER TABLE teams RENAME motto TO slogan", "42703 public.users"},
		"explicit ids leave the sequence behind": {"INSERT INTO teams (id, name) VALUES (50, 'green')", "23505 public.teams"},
		"explicit ids in a new table": {
			"CREATE TABLE kinds (id serial PRIMARY KEY, k text); INSERT INTO kinds VALUES (1, 'a')",
			"23505 public.kinds",
		},
		"a new table is not granted": {
			"CREATE TABLE badges (id int PRIMARY KEY, u int NOT NULL REFERENCES users)",
			"42501 public.badges app",
		},
		"a new table is granted": {"CREATE TABLE badges (id int PRIMARY KEY, u int NOT NULL REFERENCES users); GRANT INSERT " +
			"ON badges TO devenv_app", ""},
		"a new table's sequence is not granted": {
			"CREATE TABLE badges (id serial PRIMARY KEY); GRANT INSERT ON badges TO devenv_app",
			"42501 public.badges app",
		},
		"an added column":                 {"ALTER TABLE users ADD n int NOT NULL DEFAULT 1", ""},
		"a dropped column":                {"ALTER TABLE users DROP nick", ""},
		"ids and the sequence after them": {"INSERT INTO teams (id, name) VALUES (3, 'green'); SELECT setval('teams_id_seq', 3)", ""},
		"a bigger key":                    {"ALTER TABLE teams ALTER id TYPE bigint", ""},
	}
	before, err := catalog.ReadShape(query.VersionTable{})(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	writers, err := Writers(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			tx, err := conn.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback(context.Background()) //nolint:errcheck // nothing must remain
			if _, err := tx.Exec(t.Context(), c.move, pgx.QueryExecModeSimpleProtocol); err != nil {
				t.Fatal(err)
			}
			var after catalog.Shape
			if err := after.Read(t.Context(), tx, query.VersionTable{}); err != nil {
				t.Fatal(err)
			}
			tables := Touched(&before, &after)
			for i := range after.Tables { // the workflow finds tables that only got rows in the statements
				if strings.HasPrefix(c.move, "INSERT INTO "+after.Tables[i].Name+" ") && !slices.Contains(tables, &after.Tables[i]) {
					tables = append(tables, &after.Tables[i])
				}
			}
			failed, err := Try(t.Context(), tx, &after, tables, RolesFor(&before, writers))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, f := range failed {
				got += strings.TrimSpace(fmt.Sprintf("%s %s %s", f.SQLState, f.Table, strings.TrimPrefix(f.Role, "devenv_")))
				if !strings.HasPrefix(f.Statement, "INSERT INTO ") {
					t.Errorf("the write that fails is %q", f.Statement)
				}
				if !f.Broken {
					got += " unknown: " + f.Message
				}
			}
			if got != c.want {
				t.Errorf("want %q, got %q: %+v", c.want, got, failed)
			}
		})
	}
}
