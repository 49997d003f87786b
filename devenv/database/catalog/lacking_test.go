package catalog

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"devenv/devenv/database/internal/databasetest"
)

func TestATypeThatModelsLackIsTaken(t *testing.T) {
	from := servers.Template(t, `CREATE SCHEMA shop; CREATE TYPE shop.colour AS ENUM ('red', 'it''s'); COMMENT ON TYPE shop.colour IS 'c';
		CREATE DOMAIN email AS text NOT NULL DEFAULT 'x' CONSTRAINT has_at CHECK (VALUE ~ '@') CHECK (length(VALUE) < 90);
		CREATE TYPE pair AS (a integer, b text)`).Copy(t)
	into := servers.Template(t, "CREATE SCHEMA shop").Copy(t)
	wanted := catalogOf(t, from)
	for _, use := range []string{"shop.colour", "email", "pair[]"} {
		_, err := into.Exec(t.Context(), "CREATE TABLE t (c "+use+")")
		var failed *pgconn.PgError
		if !errors.As(err, &failed) {
			t.Fatalf("%s: %v", use, err)
		}
		if made, err := CreateLacking(t.Context(), into, wanted, failed.Code, failed.Message); !made || err != nil {
			t.Errorf("%s: %v, %v", use, made, err)
		}
		databasetest.Exec(t, into, "CREATE TABLE t (c "+use+"); DROP TABLE t")
		if made, _ := CreateLacking(t.Context(), into, wanted, failed.Code, failed.Message); made {
			t.Errorf("%s was made twice", use)
		}
	}
	got := catalogOf(t, into)
	for _, object := range []string{"domain:public.email", "type:public.pair"} {
		if diff := cmp.Diff(wanted.Objects[object], got.Objects[object]); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
