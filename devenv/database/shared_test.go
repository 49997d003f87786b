package database

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// use executes SQL in a shared server's database.
func use(t *testing.T, d *Database, sql string) {
	t.Helper()
	if err := d.Use(t.Context(), func(s *Server) error { execute(t, s, sql); return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestDatabasesOfASharedServerAreAlike(t *testing.T) {
	t.Parallel()
	server := start(t, requireEngine(t), service(nil), nil)
	name := queryText(t, server, "SELECT current_database()")
	execute(t, server, `CREATE ROLE app; CREATE SCHEMA shop; CREATE TABLE shop.items AS SELECT 1 AS id;
ALTER DATABASE `+name+` SET search_path = shop, public; ALTER ROLE app IN DATABASE `+name+` SET work_mem = '5MB';
GRANT CREATE ON DATABASE `+name+` TO app; COMMENT ON DATABASE `+name+` IS 'the shop''s'; ALTER DATABASE `+name+` CONNECTION LIMIT 50`)
	shared, ok, err := Share(t.Context(), server)
	if err != nil || !ok {
		t.Fatalf("the server cannot be shared: %v", err)
	}
	const describe = `SELECT concat_ws(' / ', current_database(), current_setting('search_path'), datacl, datconnlimit,
shobj_description(d.oid, 'pg_database'), (SELECT string_agg(setconfig::text, ' ' ORDER BY setrole) FROM pg_db_role_setting WHERE setdatabase = d.oid),
(SELECT count(*) FROM items)) FROM pg_database d WHERE datname = current_database()`
	var found []string
	databases := make([]*Database, 3)
	for i := range databases {
		if databases[i], err = shared.Create(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := databases[i].Use(t.Context(), func(s *Server) error {
			found = append(found, queryText(t, s, describe))
			left, err := s.Connect(t.Context()) // a session that the tool leaves behind
			if err == nil {
				t.Cleanup(func() { _ = left.Close(context.Background()) })
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		use(t, databases[i], "INSERT INTO items VALUES (2)")
	}
	if diff := cmp.Diff([]string{found[0], found[0], found[0]}, found); diff != "" || found[0][:len(name)] != name {
		t.Errorf("the databases differ (-first +others):\n%s\nfirst: %s", diff, found[0])
	}
	use(t, databases[0], "DROP TABLE items")
	use(t, databases[2], "INSERT INTO items SELECT 3 FROM items") // each holds its own two rows
	if err := databases[2].Use(t.Context(), func(s *Server) error {
		if rows := queryText(t, s, "SELECT count(*)::text FROM items"); rows != "4" {
			t.Errorf("the third database has %s rows, want 4", rows)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestASpoiledServerGivesNoFurtherDatabase(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"role":    "CREATE ROLE late",
		"setting": "ALTER SYSTEM SET work_mem = '7MB'",
		"default": "ALTER ROLE CURRENT_USER SET statement_timeout = '9min'",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t, requireEngine(t), service(nil), nil)
			shared, ok, err := Share(t.Context(), server)
			if err != nil || !ok {
				t.Fatalf("the server cannot be shared: %v", err)
			}
			first, err := shared.Create(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			waiting, err := shared.Create(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			use(t, first, change)
			if err := waiting.Use(t.Context(), func(*Server) error { return nil }); !errors.Is(err, ErrSpoiled) {
				t.Errorf("a database that was made before is used: %v", err)
			}
			if _, err := shared.Create(t.Context()); !errors.Is(err, ErrSpoiled) {
				t.Errorf("another database is made: %v", err)
			}
			use(t, first, "SELECT 1") // it knows its own change
		})
	}
}

func TestAServerInUseIsNotShared(t *testing.T) {
	t.Parallel()
	server := start(t, requireEngine(t), service(nil), nil)
	conn, err := server.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "SET application_name = 'another'"); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := Share(t.Context(), server); ok || err != nil {
		t.Errorf("a server with a session of somebody else's is shared: %v, %v", ok, err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	execute(t, server, "CREATE ROLE plain LOGIN PASSWORD 'plain'")
	server.settings.User, server.settings.Password = "plain", "plain"
	if _, ok, err := Share(t.Context(), server); ok || err != nil {
		t.Errorf("a server whose user is no superuser is shared: %v, %v", ok, err)
	}
}

func TestDatabasesAreGivenBackAsTheyWere(t *testing.T) {
	t.Parallel()
	server := start(t, requireEngine(t), service(nil), nil)
	name := queryText(t, server, "SELECT current_database()")
	execute(t, server, "CREATE SCHEMA kept; COMMENT ON DATABASE "+name+" IS 'kept'")
	failure := errors.New("f's own")
	err := server.Unchanged(t.Context(), func() error { execute(t, server, "CREATE SCHEMA shop"); return failure })
	if !errors.Is(err, failure) {
		t.Error(err)
	}
	const left = `SELECT concat_ws(' ', (SELECT string_agg(nspname, ' ') FROM pg_namespace WHERE nspname IN ('kept', 'shop')),
shobj_description((SELECT oid FROM pg_database WHERE datname = current_database()), 'pg_database'),
(SELECT count(*) FROM pg_database WHERE datname LIKE 'devenv%'))`
	if got := queryText(t, server, left); got != "kept kept 0" {
		t.Errorf("the server has %q", got)
	}
}
