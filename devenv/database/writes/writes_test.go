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
CREATE TABLE teams (id serial PRIMARY KEY, name text NOT NULL UNIQUE, motto text, state text NOT NULL DEFAULT 'new');
CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text, nick text, team int REFERENCES teams);
CREATE TABLE drafts (id serial PRIMARY KEY, author int NOT NULL REFERENCES users, amount numeric(8,2) NOT NULL DEFAULT 0);
CREATE TABLE audit (id serial PRIMARY KEY, line text);
INSERT INTO teams (name) VALUES ('red'), ('blue'); INSERT INTO users (body) VALUES ('x'), ('y');
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.body := (SELECT max(motto) FROM teams); RETURN NEW; END $$;
CREATE TRIGGER note BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION note();
CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit (line) VALUES (OLD.id); RETURN OLD; END $$;
CREATE TRIGGER log AFTER DELETE ON drafts FOR EACH ROW EXECUTE FUNCTION log();
CREATE FUNCTION renamed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.motto := NEW.motto || NEW.state; RETURN NEW; END $$;
CREATE TRIGGER renamed BEFORE UPDATE ON teams FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION renamed();
CREATE SCHEMA back; CREATE TABLE back.notes (id int PRIMARY KEY);
CREATE TABLE days (at date NOT NULL, n int NOT NULL DEFAULT 1) PARTITION BY RANGE (at);
CREATE TABLE days_24 PARTITION OF days FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE closed (id serial PRIMARY KEY, n int);
CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'closed'; END $$;
DO $$ BEGIN CREATE ROLE devenv_app; EXCEPTION WHEN duplicate_object THEN END $$;
GRANT USAGE ON SCHEMA public TO devenv_app; GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO devenv_app; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO devenv_app;
`

// triggerOn returns a move that adds a trigger.
func triggerOn(name, when, body string) string {
	return fmt.Sprintf("CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $f$ %s $f$; CREATE TRIGGER %s %s FOR EACH ROW "+
		"EXECUTE FUNCTION %s()", name, body, name, when, name)
}

func TestOnlyWritesBrokenByAMoveFail(t *testing.T) {
	servers.OnEachMajor(t, writtenFixture, func(t *testing.T, conn *pgx.Conn) { tryMoves(t, conn, moves()) })
	tryMoves(t, servers.Template(t, writtenFixture).Copy(t), movesOfCode())
}

// move is a change of the schema, and what can no longer be written: SQLSTATE, table and role.
type move struct{ move, want string }

// moves returns what each version of Postgres may judge in its own way.
func moves() map[string]move {
	return map[string]move{
		"a trigger uses the dropped column": {"ALTER TABLE users DROP body", "42703 public.users"},
		"a trigger of another table does":   {"ALTER TABLE teams RENAME motto TO slogan", "42703 public.teams 42703 public.users"},
		"explicit ids leave the sequence behind": {
			"INSERT INTO teams (id, name) SELECT last_value + is_called::int, 'green' FROM teams_id_seq", "23505 public.teams",
		},
		"a row far above the sequence": {"INSERT INTO teams (id, name) VALUES (5000, 'green')", "23505 public.teams doubtful"},
		"explicit ids in a new table": {
			"CREATE TABLE kinds (id serial PRIMARY KEY, k text); INSERT INTO kinds VALUES (1, 'a'); GRANT INSERT ON kinds TO devenv_app; " +
				"GRANT USAGE ON kinds_id_seq TO devenv_app",
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
		"an identity restarts":            {"ALTER TABLE users ALTER id RESTART", "23505 public.users"},
		"a column that is computed now": {
			"ALTER TABLE users DROP nick; ALTER TABLE users ADD nick text GENERATED ALWAYS AS (upper(body)) STORED",
			"428C9 public.users app old",
		},
		"a rule swallows the row": {"CREATE RULE keep AS ON INSERT TO drafts DO INSTEAD NOTHING", "0A000 public.drafts"},
		"a trigger returns nothing": {
			triggerOn("keep", "BEFORE INSERT ON drafts", "BEGIN NEW.amount := 1; END"),
			"2F005 public.drafts",
		},
		"a trigger always raises": {
			triggerOn("sum", "BEFORE INSERT ON drafts", "BEGIN -- if\nRAISE EXCEPTION 'no'; END"),
			"P0001 public.drafts",
		},
	}
}

// numbered makes a text of a sequence's number, which a row has already.
const numbered = "CREATE SEQUENCE codes; GRANT USAGE ON codes TO devenv_app; ALTER TABLE teams ALTER name SET DEFAULT 'T-' || " +
	"lpad(nextval('codes')::text, 4, '0'); UPDATE teams SET name = 'T-0001' WHERE name = 'red'"

// movesOfCode returns what every version judges alike.
func movesOfCode() map[string]move {
	return map[string]move{
		"a sequence restarts": {"ALTER SEQUENCE teams_id_seq RESTART WITH 2", "23505 public.teams"},
		"a column draws from a sequence that nobody owns": {
			"CREATE SEQUENCE shared; ALTER TABLE teams ALTER id SET DEFAULT nextval('shared'); GRANT USAGE ON shared TO devenv_app",
			"23505 public.teams",
		},
		"a trigger of DELETE uses what is gone": {"ALTER TABLE audit RENAME line TO text", "42703 public.drafts"},
		"a trigger of UPDATE uses what is gone": {"ALTER TABLE teams DROP motto", "42703 public.teams 42703 public.users"},
		"a new column without a default, filled": {
			"ALTER TABLE drafts ADD n int; ALTER TABLE drafts ALTER n SET NOT NULL",
			"23502 public.drafts app old",
		},
		"a default dropped": {"ALTER TABLE drafts ALTER amount DROP DEFAULT", "23502 public.drafts app old"},
		"a column that may no longer be omitted": {
			"UPDATE users SET nick = 'x'; ALTER TABLE users ALTER nick SET NOT NULL",
			"",
		},
		"a CHECK that a column may no longer be omitted": {
			"UPDATE users SET nick = 'x'; ALTER TABLE users ADD CHECK (nick IS NOT NULL) NOT VALID", "",
		},
		"a key without its sequence": {"ALTER TABLE teams ALTER id DROP DEFAULT", "23502 public.teams app"},
		"a CHECK against the default": {
			"UPDATE teams SET state = 'open'; ALTER TABLE teams ADD CHECK (state IN ('open', 'shut'))", "23514 public.teams app",
		},
		"a CHECK and its default": {
			"UPDATE teams SET state = 'open'; ALTER TABLE teams ALTER state SET DEFAULT 'open', ADD CHECK (state IN ('open', 'shut'))", "",
		},
		"a trigger swallows the row": {
			triggerOn("keep", "BEFORE INSERT ON drafts", "BEGIN NEW.amount := 1; RETURN NULL; END"),
			"public.drafts",
		},
		"a trigger swallows some rows": {
			triggerOn("keep", "BEFORE INSERT ON users", "BEGIN IF NEW.body IS NULL THEN RETURN NULL; END IF; RETURN NEW; END"),
			"public.users partly",
		},
		"a trigger swallows most changes": {
			triggerOn("keep", "BEFORE UPDATE ON users", "BEGIN IF NEW.id <> OLD.id THEN RETURN NEW; END IF; RETURN NULL; END"),
			"public.users partly",
		},
		"a trigger swallows what changes nothing": {
			triggerOn("keep", "BEFORE UPDATE ON users", "BEGIN IF NEW IS NOT DISTINCT FROM OLD THEN RETURN NULL; END IF; RETURN NEW; END"),
			"",
		},
		"what a default draws from is set back": {
			"CREATE SEQUENCE codes; CREATE FUNCTION back.code() RETURNS text LANGUAGE sql AS $$ SELECT 'c' || nextval('codes') $$; " +
				"ALTER TABLE teams ALTER name SET DEFAULT back.code(); UPDATE teams SET name = 'c1' WHERE name = 'red'; " +
				"GRANT USAGE ON codes TO devenv_app; GRANT USAGE ON SCHEMA back TO devenv_app",
			"23505 public.teams",
		},
		"a number that a text is made of is set back": {numbered, "23505 public.teams"},
		"a number that a text is made of goes on":     {numbered + "; SELECT nextval('codes')", ""},
		"a partition becomes a table":                 {"ALTER TABLE days DETACH PARTITION days_24; ALTER TABLE days_24 ALTER n DROP DEFAULT", ""},
		"a trigger returns OLD": {
			triggerOn("keep", "BEFORE INSERT OR UPDATE ON drafts", "BEGIN RETURN OLD; END"),
			"public.drafts",
		},
		"a trigger keeps one column": {
			triggerOn("undo", "BEFORE UPDATE ON users", "BEGIN IF NEW.nick IS DISTINCT FROM OLD.nick THEN NEW.nick := OLD.nick; END IF; RETURN NEW; END"),
			"public.users doubtful partly",
		},
		"a trigger keeps a reference": {
			triggerOn("undo", "BEFORE UPDATE ON users", "BEGIN NEW.team = OLD.team; RETURN NEW; END"),
			"public.users doubtful partly",
		},
		"a trigger keeps the old row": {
			triggerOn("undo", "BEFORE UPDATE ON teams", "BEGIN RETURN OLD; END"),
			"public.teams doubtful partly",
		},
		"a trigger keeps what it is not given": {
			triggerOn("undo", "BEFORE UPDATE ON users", "BEGIN NEW.nick := coalesce(NEW.nick, OLD.nick); RETURN NEW; END"),
			"",
		},
		"a trigger keeps what its name says": {
			triggerOn("protect_nick", "BEFORE UPDATE ON users", "BEGIN NEW.nick := OLD.nick; RETURN NEW; END"),
			"",
		},
		"a trigger keeps who made a row": {
			"ALTER TABLE users ADD created_by text; " +
				triggerOn("undo", "BEFORE UPDATE ON users", "BEGIN NEW.created_by := OLD.created_by; RETURN NEW; END"),
			"",
		},
		"a trigger swallows the DELETE": {triggerOn("keep", "BEFORE DELETE ON users", "BEGIN RETURN NEW; END"), "public.users"},
		"a trigger only marks the row": {
			triggerOn("mark", "BEFORE DELETE ON users", "BEGIN UPDATE users SET nick = 'gone' WHERE id = OLD.id; RETURN NULL; END"),
			"",
		},
		"a trigger moves the row": {
			"CREATE TABLE part () INHERITS (drafts); GRANT INSERT ON part TO devenv_app; " + triggerOn(
				"route",
				"BEFORE INSERT ON drafts",
				"BEGIN INSERT INTO part VALUES (NEW.*); RETURN NULL; END",
			),
			"",
		},
		"a trigger changes the row after it was written": {
			"GRANT UPDATE ON users, teams TO devenv_app; " + triggerOn("ranked", "AFTER INSERT ON users", "BEGIN UPDATE users SET nick = 'first' WHERE id = NEW.id; RETURN NULL; END") + "; " +
				triggerOn("counted", "AFTER UPDATE ON teams", "BEGIN IF pg_trigger_depth() < 2 THEN UPDATE teams SET motto = 'm' WHERE id = NEW.id; "+
					"END IF; RETURN NULL; END"),
			"",
		},
		"a trigger takes the row away after it was written": {
			triggerOn("expire", "AFTER INSERT ON users", "BEGIN DELETE FROM users WHERE id = NEW.id; RETURN NULL; END"),
			"public.users",
		},
		"a trigger says that it raises": {
			triggerOn("deny_drafts", "BEFORE INSERT ON drafts", "BEGIN RAISE EXCEPTION 'no'; END"),
			"P0001 public.drafts unknown: no",
		},
		"a trigger refuses wrong amounts": {
			triggerOn("sum", "BEFORE INSERT ON drafts", "BEGIN IF NEW.amount < 0 THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END"),
			"",
		},
		"a trigger refuses right rows": {
			triggerOn(
				"sum",
				"BEFORE INSERT OR UPDATE ON users",
				"BEGIN IF NEW.id > 0 THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END",
			),
			"P0001 public.users",
		},
		"a trigger writes what its log refuses": {
			triggerOn("logged", "AFTER INSERT OR UPDATE ON users", "BEGIN INSERT INTO audit (id) VALUES (NULL); RETURN NULL; END"),
			"23502 public.users",
		},
		"a trigger of INSERT does": {
			triggerOn("logged", "AFTER INSERT ON users", "BEGIN INSERT INTO audit (id) VALUES (NULL); RETURN NULL; END"),
			"23502 public.users",
		},
		"a trigger writes what few rows lack": {
			"UPDATE users SET nick = 'n' || id; " +
				triggerOn("logged", "AFTER INSERT ON users", "BEGIN INSERT INTO teams (name) VALUES (NEW.nick); RETURN NULL; END"),
			"23502 public.users app old",
		},
		"a trigger uses a new column": {
			"ALTER TABLE drafts ADD m int; " + triggerOn("sum", "BEFORE INSERT ON drafts", "BEGIN NEW.m := NEW.amount; RETURN NEW; END"),
			"",
		},
	}
}

// tryMoves tries writes after each of some moves, in a database that holds writtenFixture.
func tryMoves(t *testing.T, conn *pgx.Conn, cases map[string]move) {
	t.Helper()
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
			tables := Touched(&before, &after, nil)
			failed, err := Behind(t.Context(), tx, &after)
			if err != nil {
				t.Fatal(err)
			}
			taken, err := Taken(t.Context(), tx, &after)
			if err != nil {
				t.Fatal(err)
			}
			result, err := Try(t.Context(), tx, &after, Targets(&before, tables, writers))
			if err != nil {
				t.Fatal(err)
			}
			failed = slices.Concat(failed, taken, result.Failed)
			got := ""
			for _, f := range failed {
				state := strings.Replace(f.SQLState, "42601", "428C9", 1) // so called before Postgres 14
				each := fmt.Sprintf("%s %s %s", state, f.Table, strings.TrimPrefix(f.Role, "devenv_"))
				got = strings.TrimSpace(got + " " + strings.TrimSpace(each))
				if verb, _, _ := strings.Cut(f.Statement, " "); !slices.Contains([]string{"INSERT", "UPDATE", "DELETE"}, verb) {
					t.Errorf("the write that fails is %q", f.Statement)
				}
				if f.Old {
					got += " old"
				}
				if f.Doubtful && f.Column != "" {
					got += " doubtful"
				}
				if f.Partly {
					got += " partly"
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
