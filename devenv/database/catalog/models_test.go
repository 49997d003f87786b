package catalog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestDriftComparesOnlyWhatModelsExpress(t *testing.T) {
	// Each case has its own objects, whose names contain the case's name in place of @; all are created in two
	// databases.
	cases := map[string]struct {
		models, migrated string
		want             []string
	}{
		"same": {
			"CREATE TABLE @ (id serial PRIMARY KEY, n int DEFAULT 0 CHECK (n >= 0))",
			"CREATE TABLE @ (id serial PRIMARY KEY, n int DEFAULT 0 CHECK (n >= 0))", nil,
		},
		"enumadded": {"CREATE TYPE @ AS ENUM ('a', 'b', 'c')", "CREATE TYPE @ AS ENUM ('a', 'b')", []string{"enum:public.@"}},
		"enumorder": {"CREATE TYPE @ AS ENUM ('a', 'b')", "CREATE TYPE @ AS ENUM ('b', 'a')", []string{"enum:public.@"}},
		"enumleft":  {"SELECT 1", "CREATE TYPE @ AS ENUM ('b', 'a')", nil},
		"checked": {
			"CREATE TABLE @ (n int CONSTRAINT k CHECK (n >= 18))", "CREATE TABLE @ (n int CONSTRAINT k CHECK (n >= 0))",
			[]string{"constraint:public.@.k"},
		},
		"checknew":  {"CREATE TABLE @ (n int CONSTRAINT k CHECK (n >= 18))", "CREATE TABLE @ (n int)", []string{"constraint:public.@.k"}},
		"checkgone": {"CREATE TABLE @ (n int)", "CREATE TABLE @ (n int CONSTRAINT k CHECK (n >= 18))", []string{"constraint:public.@.k"}},
		"checknamed": {
			"CREATE TABLE @ (n int CONSTRAINT k CHECK (n >= 18))",
			"CREATE TABLE @ (n int CONSTRAINT other CHECK (n >= 18))", nil,
		},
		"unchecked": {
			"CREATE TABLE @ (n int CONSTRAINT k CHECK (n >= 18))",
			"CREATE TABLE @ (n int); ALTER TABLE @ ADD CONSTRAINT k CHECK (n >= 18) NOT VALID", nil,
		},
		"keyed": {
			"CREATE TABLE @ (a int, b int, CONSTRAINT pk_@ PRIMARY KEY (a, b))",
			"CREATE TABLE @ (a int, b int NOT NULL, CONSTRAINT pk_@ PRIMARY KEY (a))",
			[]string{"constraint:public.@.pk_@"},
		},
		"keynamed": {"CREATE TABLE @ (a int PRIMARY KEY)", "CREATE TABLE @ (a int CONSTRAINT old_@ PRIMARY KEY)", nil},
		"excluded": {
			"CREATE TABLE @ (r int4range, CONSTRAINT k EXCLUDE USING gist (r WITH &&))", "CREATE TABLE @ (r int4range)",
			[]string{"constraint:public.@.k"},
		},
		"defaulted": {
			"CREATE TABLE @ (s text DEFAULT 'new')", "CREATE TABLE @ (s text DEFAULT 'old')",
			[]string{"column:public.@.s default"},
		},
		"defaultnew": {"CREATE TABLE @ (s text DEFAULT 'new')", "CREATE TABLE @ (s text)", []string{"column:public.@.s default"}},
		"defaultold": {"CREATE TABLE @ (s text)", "CREATE TABLE @ (s text DEFAULT 'old')", []string{"column:public.@.s default"}},
		"filled":     {"CREATE TABLE @ (s text)", "CREATE TABLE @ (s text DEFAULT 'old')", nil}, // the column is new
		"nowed": {
			"CREATE TABLE @ (at timestamptz DEFAULT now(), n int DEFAULT '0', m int DEFAULT -1)",
			"CREATE TABLE @ (at timestamptz DEFAULT CURRENT_TIMESTAMP, n int DEFAULT 0, m int DEFAULT '-1')", nil,
		},
		"serial": {"CREATE TABLE @ (id serial)", "CREATE TABLE old_@ (id serial); ALTER TABLE old_@ RENAME TO @", nil},
		"serialwide": {
			"CREATE TABLE @ (id bigserial)", "CREATE TABLE @ (id serial); ALTER TABLE @ ALTER COLUMN id TYPE bigint",
			[]string{"sequence:public.@_id_seq"},
		},
		"identity": {
			"CREATE TABLE @ (id int GENERATED ALWAYS AS IDENTITY)", "CREATE TABLE @ (id int NOT NULL)",
			[]string{"column:public.@.id identity"},
		},
		"collated": {`CREATE TABLE @ (s text COLLATE "C")`, "CREATE TABLE @ (s text)", []string{"column:public.@.s collate"}},
		"generated": {
			"CREATE TABLE @ (n int, d int GENERATED ALWAYS AS (n * 2) STORED)",
			"CREATE TABLE @ (n int, d int GENERATED ALWAYS AS (n * 3) STORED)",
			[]string{"column:public.@.d generated"},
		},
		"stored": {"CREATE TABLE @ (s text, t text)", "CREATE TABLE @ (s text COMPRESSION pglz, t text); ALTER TABLE @ ALTER t SET " +
			"STORAGE EXTERNAL", nil},
		"predicated": {
			"CREATE TABLE @ (n int); CREATE INDEX ix_@ ON @ (n) WHERE n > 0", "CREATE TABLE @ (n int); CREATE INDEX ix_@ ON @ (n)",
			[]string{"index:public.ix_@"},
		},
		"hashed": {
			"CREATE TABLE @ (n int); CREATE INDEX ix_@ ON @ USING hash (n)", "CREATE TABLE @ (n int); CREATE INDEX ix_@ ON @ (n)",
			[]string{"index:public.ix_@"},
		},
		"opclassed": {
			"CREATE TABLE @ (n text); CREATE INDEX ix_@ ON @ (n text_pattern_ops)",
			"CREATE TABLE @ (n text); CREATE INDEX ix_@ ON @ (n)",
			[]string{"index:public.ix_@"},
		},
		"included": {
			"CREATE TABLE @ (n int, m int); CREATE INDEX ix_@ ON @ (n) INCLUDE (m)",
			"CREATE TABLE @ (n int, m int); CREATE INDEX ix_@ ON @ (n)",
			[]string{"index:public.ix_@"},
		},
		"expressed": {
			"CREATE TABLE @ (n text); CREATE INDEX ix_@ ON @ (lower(n))",
			"CREATE TABLE @ (n text); CREATE INDEX ix_@ ON @ (upper(n))",
			[]string{"index:public.ix_@"},
		},
		// not seen before Alembic 1.12
		"unexpressed": {
			"CREATE TABLE @ (n text); CREATE INDEX ix_@ ON @ (lower(n))", "CREATE TABLE @ (n text)",
			[]string{"index:public.ix_@"},
		},
		"indexnamed": {
			"CREATE TABLE @ (n text); CREATE INDEX ix_@ ON @ (lower(n))",
			"CREATE TABLE @ (n text); CREATE INDEX old_@ ON @ (lower(n))", nil,
		},
		"sequenced": {"CREATE SEQUENCE @ INCREMENT 5", "CREATE SEQUENCE @", []string{"sequence:public.@"}},
		"viewed":    {"CREATE MATERIALIZED VIEW @ AS SELECT 1 AS n", "SELECT 1", []string{"matview:public.@"}},
		"onlythere": {"CREATE TABLE @ (n int)", "CREATE TABLE @ (n int); CREATE VIEW v_@ AS SELECT * FROM @; CREATE FUNCTION f_@() " +
			"RETURNS int LANGUAGE sql AS 'SELECT 1'; GRANT SELECT ON @ TO PUBLIC; ALTER TABLE @ ENABLE ROW LEVEL SECURITY; " +
			"CREATE POLICY p ON @; CREATE INDEX ix_@ ON @ (n); CREATE TABLE more_@ (n int CHECK (n > 0))", nil},
		"onlyhere": {"CREATE TABLE @ (n int CHECK (n > 0), m serial)", "SELECT 1", nil}, // autogenerate sees it
		"split":    {"CREATE TABLE @ (n int)", "CREATE TABLE @ (n int) PARTITION BY RANGE (n)", nil},
		"unsplit":  {"CREATE TABLE @ (n int) PARTITION BY RANGE (n)", "CREATE TABLE @ (n int)", []string{"table:public.@ partition by"}},
	}
	made := [2]Catalog{}
	for side := range made {
		var sql strings.Builder
		for name, c := range cases {
			sql.WriteString(strings.ReplaceAll([]string{c.models, c.migrated}[side], "@", "a"+name+"z") + ";\n")
		}
		made[side] = catalogOf(t, servers.Template(t, sql.String()).Copy(t))
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var want []string
			for _, w := range c.want {
				want = append(want, strings.ReplaceAll(w, "@", "a"+name+"z"))
			}
			base := Catalog{Objects: map[string]Object{}}
			for n, o := range made[1].Objects {
				if n != "column:public.afilledz.s" {
					base.Objects[n] = o
				}
			}
			var got []string
			for _, d := range made[0].Drift(made[1], base) {
				if text := strings.TrimSpace(d.Object + " " + d.Facet); strings.Contains(text, "a"+name+"z") {
					got = append(got, text)
				}
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
