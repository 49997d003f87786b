package catalog

import (
	"testing"

	"devenv/devenv/database/query"
)

func TestManyTablesAreReadWithFewLocks(t *testing.T) {
	conn := servers.Template(t, `DO $$ BEGIN FOR i IN 1..600 LOOP EXECUTE format('CREATE TABLE t%s (id integer PRIMARY KEY)', i); END LOOP; END $$;
		INSERT INTO t555 VALUES (1)`).Copy(t)
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context()) //nolint:errcheck // it only reads
	var shape Shape
	if err := shape.Read(t.Context(), tx, query.VersionTable{}); err != nil {
		t.Fatal(err)
	}
	var locks, held int
	if err := tx.QueryRow(t.Context(), "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()").Scan(&locks); err != nil || locks > 300 {
		t.Errorf("it holds %d locks, %v", locks, err)
	}
	for i := range shape.Tables {
		if shape.Tables[i].Rows {
			held++
		}
	}
	if len(shape.Tables) != 600 || held != 1 {
		t.Errorf("%d tables, %d of them with rows", len(shape.Tables), held)
	}
}
