package checks

import (
	"testing"

	"devenv/devenv/database/catalog"
)

func TestADriftIsMendedWithItsOwnNames(t *testing.T) {
	cases := map[string]struct {
		difference catalog.Difference
		want       string
	}{
		"an enum's value": {
			catalog.Difference{Object: "enum:public.mood", Was: "('ok', 'fine', 'bad')", Is: "('ok', 'bad')"},
			"with op.get_context().autocommit_block():\n    op.execute(\"ALTER TYPE public.mood ADD VALUE 'fine' AFTER 'ok'\")",
		},
		"a default": {
			catalog.Difference{Object: "column:public.users.n", Facet: "default", Was: "default 1", Is: "default 0"},
			`op.alter_column("users", "n", server_default=sa.text("1"))`,
		},
		"a default of another schema, gone": {
			catalog.Difference{Object: "column:shop.users.n", Facet: "default", Is: "default 0"},
			`op.alter_column("users", "n", server_default=None, schema="shop")`,
		},
		"a CHECK": {
			catalog.Difference{Object: "constraint:public.users.k", Was: "CHECK ((n > 1))", Is: "CHECK ((n > 0))"},
			"op.drop_constraint(\"k\", \"users\")\nop.execute(\"ALTER TABLE public.users ADD CONSTRAINT k CHECK ((n > 1))\")",
		},
		"an index": {
			catalog.Difference{Object: "index:public.ix", Was: "CREATE INDEX ix ON public.t USING btree (n) WHERE (n > 0)", Is: "CREATE INDEX ix ON public.t USING btree (n)"},
			"op.execute(\"DROP INDEX public.ix\")\nop.execute(\"CREATE INDEX ix ON public.t USING btree (n) WHERE (n > 0)\")",
		},
		"a serial's sequence": {
			catalog.Difference{Object: "sequence:public.t_id_seq", Was: "sequence as bigint start 1", Is: "sequence as integer start 1"},
			`op.execute("ALTER SEQUENCE public.t_id_seq AS bigint")`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := mendDrift(c.difference); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}
