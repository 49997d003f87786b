package routines

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// codedFixture has functions in both languages that use what the moves below change, in most of the ways there are.
const codedFixture = `
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE teams (id serial PRIMARY KEY, name text NOT NULL, motto text, points int, feeling mood);
CREATE TABLE audit (id serial PRIMARY KEY, line text, at timestamptz);
CREATE TABLE users (id serial PRIMARY KEY, nick text);
CREATE FUNCTION helper(n int) RETURNS int LANGUAGE sql AS 'SELECT n + 1';
CREATE FUNCTION mottos() RETURNS SETOF text LANGUAGE sql AS $$ SELECT motto FROM teams $$;
CREATE FUNCTION busy(a int, flag boolean DEFAULT true) RETURNS int LANGUAGE plpgsql AS $body$
<<whole>>
DECLARE
  total int := 0; r record; n teams.name%TYPE; one teams%ROWTYPE; i int;
  c CURSOR (most int) FOR SELECT points FROM teams WHERE points < most;
BEGIN
  -- a comment about nothing; with a 'quote
  SELECT t.name INTO STRICT n FROM teams t WHERE t.id = a AND busy.flag LIMIT 1;
  IF total = 0 AND (CASE WHEN flag THEN true ELSE false END) THEN
    total := total + helper(a);
  ELSIF n IS NULL THEN RAISE NOTICE 'nothing of %', n USING hint = 'x';
  END IF;
  FOR r IN SELECT id, name FROM teams ORDER BY 1 LOOP
    total := total + r.id;
    PERFORM 1 FROM users WHERE nick = r.name;
    CONTINUE WHEN r.id = whole.total;
  END LOOP;
  FOR k IN REVERSE 10..1 LOOP total := total + k; END LOOP;
  CASE a WHEN 1 THEN total := 2; ELSE NULL; END CASE;
  CREATE TEMP TABLE scratch (x int); INSERT INTO scratch SELECT total; SELECT count(*) INTO total FROM scratch;
  BEGIN INSERT INTO audit (line) VALUES ('it''s; ' || n) RETURNING id INTO i;
  EXCEPTION WHEN unique_violation OR others THEN total := SQLSTATE; END;
  one.points := 3; SELECT * INTO one FROM teams; EXECUTE 'SELECT ' || total; EXECUTE 'SELECT nick FROM users WHERE id = $1' USING a;
  RETURN (SELECT max(points) FROM teams) + total;
END $body$;
CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'UPDATE' AND NEW.nick IS DISTINCT FROM OLD.nick THEN INSERT INTO audit (line, at) SELECT NEW.nick, now(); END IF;
  RETURN NEW; END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION kept();
CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit (line) SELECT nick FROM fresh; RETURN NULL; END $$;
CREATE TRIGGER counted AFTER INSERT ON users REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION counted();
CREATE FUNCTION noted() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit (line) VALUES (tg_tag || tg_event); END $$;
CREATE FUNCTION moods() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM teams WHERE feeling = 'ok'); END $$;
CREATE FUNCTION cheered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := 'any'; NEW.feeling := 'ok'; RETURN NEW; END $$;
CREATE TRIGGER cheered BEFORE UPDATE ON teams FOR EACH ROW EXECUTE FUNCTION cheered();
`

func TestFunctionsThatUseWhatIsGoneAreFound(t *testing.T) {
	servers.OnEachMajor(t, codedFixture, tryCodedMoves)
}

// tryCodedMoves tries moves in a database that holds codedFixture. A case names what is wanted as SQLSTATE and
// function.
func tryCodedMoves(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	cases := map[string]struct {
		move, names, changed, want string
	}{
		"nothing": {
			"SELECT 1",
			"",
			"public.busy(a integer, flag boolean) public.kept() public.counted() public.mottos() public.noted()",
			"",
		},
		"an SQL function's column":    {"ALTER TABLE teams DROP motto", "motto", "", "42703 mottos"},
		"a column in an expression":   {"ALTER TABLE teams RENAME points TO score", "points", "", "42703 busy"},
		"a column of a written table": {"ALTER TABLE audit RENAME line TO body", "line", "", "42703 busy 42703 counted 42703 kept 42703 noted"},
		"a column of a trigger's row": {"ALTER TABLE users RENAME nick TO name", "nick", "", "42703 busy 42703 counted 42703 kept"},
		"a table":                     {"ALTER TABLE audit RENAME TO log", "audit", "", "42P01 busy 42P01 counted 42P01 kept 42P01 noted"},
		"a function":                  {"DROP FUNCTION helper(int)", "helper", "", "42883 busy"},
		"a label":                     {"ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'", "mood ok", "", "22P02 cheered 22P02 moods"},
		"a type":                      {"ALTER TABLE teams ALTER points TYPE text", "points", "", "42883 busy"},
		"another column":              {"ALTER TABLE teams ADD extra int", "extra teams", "", ""},
		"a new function that is right": {
			"CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ DECLARE x int; BEGIN SELECT id INTO x FROM users; RETURN " +
				"x; END $$",
			"",
			"public.f()",
			"",
		},
		"a new function that is wrong": {
			"CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT idd FROM users); END $$",
			"",
			"public.f()",
			"42703 f",
		},
		"a procedure": {
			"CREATE PROCEDURE p(INOUT x int) LANGUAGE plpgsql AS $$ BEGIN UPDATE users SET nock = x; END $$",
			"",
			"public.p(INOUT x integer)",
			"42703 p",
		},
		"a loop over what is gone": {
			"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM gone " +
				"LOOP RAISE NOTICE '%', r.x; END LOOP; END $$",
			"gone",
			"public.f()",
			"42P01 f",
		},
		"a table in its own schema": {
			"CREATE SCHEMA s; CREATE TABLE s.t (a int); CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql SET search_path = s " +
				"AS $$ BEGIN RETURN (SELECT a FROM t); END $$",
			"",
			"public.f()",
			"",
		},
		"new functions of tables that others make or find": {
			"CREATE SCHEMA s; CREATE TABLE s.t (a int); CREATE FUNCTION s.h() RETURNS int LANGUAGE sql AS 'SELECT 1'; " +
				"CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CREATE TEMP TABLE made (x int)'; " +
				"EXECUTE $q$CREATE TEMP TABLE $q$ || 'y'; INSERT INTO made SELECT 1; PERFORM x FROM callers; " +
				"RETURN (SELECT a + h() FROM t); END $$; " +
				"CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT b FROM t); END $$",
			"made",
			"public.f() public.g()",
			"42703 g unjudged f",
		},
		"functions hardened with no search_path": {
			"CREATE FUNCTION f(m mood) RETURNS int LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN RETURN (SELECT count(*) FROM " +
				"public.teams WHERE feeling = m); END $$; CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql SET search_path = '' " +
				"AS $$ BEGIN RETURN (SELECT nock FROM public.users); END $$",
			"",
			"public.f(m public.mood) public.g()",
			"42703 g",
		},
		"a statement built from a text": {
			"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('DROP TABLE %I', 'x'); END $$",
			"",
			"public.f()",
			"unjudged f",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			tx, err := conn.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback(context.Background()) //nolint:errcheck // nothing must remain
			_, err = tx.Exec(t.Context(), "SET LOCAL check_function_bodies = off; "+c.move, pgx.QueryExecModeSimpleProtocol)
			if err != nil {
				t.Fatal(err)
			}
			change := Change{Names: strings.Fields(c.names)}
			for _, label := range strings.SplitAfter(c.changed, ")") {
				change.Routines = append(change.Routines, strings.TrimSpace(label))
			}
			result, err := Check(t.Context(), tx, change)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			plain := func(label string) string {
				label, _, _ = strings.Cut(label, "(")
				return strings.TrimPrefix(label, "public.")
			}
			for _, f := range result.Faults {
				got = append(got, f.SQLState+" "+plain(f.Routine))
			}
			for _, f := range result.Unjudged {
				if plain(f) != "busy" {
					got = append(got, "unjudged "+plain(f))
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("want %q, got %q:\n%s", c.want, got, fmt.Sprintf("%+v", result))
			}
		})
	}
}

func TestCallsThatANewFunctionMakesAmbiguousAreFound(t *testing.T) {
	conn := servers.Template(t, codedFixture).Copy(t)
	cases := map[string]struct{ move, added, want string }{
		"one more argument with a default": {
			"CREATE FUNCTION helper(n int, by int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT n + by'",
			"public.helper(n integer, by integer)",
			"public.helper(n integer)",
		},
		"an argument that must be given": {
			"CREATE FUNCTION helper(n int, by int) RETURNS int LANGUAGE sql AS 'SELECT n + by'",
			"public.helper(n integer, by integer)",
			"",
		},
		"the first one dropped": {
			"DROP FUNCTION helper(int); CREATE FUNCTION helper(n int, by int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT n'",
			"public.helper(n integer, by integer)",
			"",
		},
		"a call that leaves out the defaults": {
			"CREATE FUNCTION busy(a int, b text DEFAULT '') RETURNS int LANGUAGE sql AS 'SELECT a'",
			"public.busy(a integer, b text)",
			"public.busy(a integer, flag boolean)",
		},
		"another type": {
			"CREATE FUNCTION helper(n mood) RETURNS int LANGUAGE sql AS 'SELECT 1'",
			"public.helper(n public.mood)",
			"",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			tx, err := conn.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback(context.Background()) //nolint:errcheck // nothing must remain
			if _, err = tx.Exec(t.Context(), c.move, pgx.QueryExecModeSimpleProtocol); err != nil {
				t.Fatal(err)
			}
			found, err := Check(t.Context(), tx, Change{Added: []string{c.added}})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, f := range found.Faults {
				got += f.Routine
				if f.SQLState != "42725" || !strings.Contains(f.Message, c.added) {
					t.Errorf("%+v", f)
				}
			}
			if got != c.want {
				t.Errorf("want %q, got %q", c.want, got)
			}
		})
	}
}
