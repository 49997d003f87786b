package checks

import (
	"strings"
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/migrations"
	"devenv/migrations/alembic"
)

func TestADriftIsFixedWithItsOwnNames(t *testing.T) {
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
		"a type": {
			catalog.Difference{Object: "column:public.users.n", Facet: "type", Was: "bigint", Is: "integer"},
			`op.execute("ALTER TABLE public.users ALTER COLUMN n TYPE bigint")`,
		},
		"a column's collation": {
			catalog.Difference{Object: "column:public.users.n", Facet: "collate", Was: `collate pg_catalog."C"`},
			`op.execute("…")  # make column:public.users.n collate: collate pg_catalog."C"`,
		},
		"a name with a dot": {
			catalog.Difference{Object: "column:public.users.n.m", Facet: "default", Is: "default 0"},
			`op.execute("…")  # make column:public.users.n.m default: absent`,
		},
		"a type's name with a dot": {
			catalog.Difference{Object: "column:public.users.n.m", Facet: "type", Was: "bigint", Is: "integer"},
			`op.execute("…")  # make column:public.users.n.m type: bigint`,
		},
		"a view's default": {
			catalog.Difference{Object: "view:public.users.n", Facet: "default", Was: "default 1"},
			`op.execute("…")  # make view:public.users.n default: default 1`,
		},
		"a CHECK": {
			catalog.Difference{Object: "constraint:public.users.k", Was: "CHECK ((n > 1))", Is: "CHECK ((n > 0))"},
			"op.drop_constraint(\"k\", \"users\")\nop.execute(\"ALTER TABLE public.users ADD CONSTRAINT k CHECK ((n > 1))\")",
		},
		"an index": {
			catalog.Difference{
				Object: "index:public.ix", Was: "CREATE INDEX ix ON public.t USING btree (n) WHERE (n > 0)",
				Is: "CREATE INDEX ix ON public.t USING btree (n)",
			},
			"op.execute(\"DROP INDEX public.ix\")\nop.execute(\"CREATE INDEX ix ON public.t USING btree (n) WHERE (n > 0)\")",
		},
		"a serial's sequence": {
			catalog.Difference{Object: "sequence:public.t_id_seq", Was: "sequence as bigint start 1", Is: "sequence as integer start 1"},
			`op.execute("ALTER SEQUENCE public.t_id_seq AS bigint")`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := (mender{alembic.Snippets{}}).drift(c.difference); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestADriftSaysWhereItsFixBelongs(t *testing.T) {
	const own, reverse, fresh = "write it into upgrade()", "and its reverse into downgrade()", "devenv new-migration --empty"
	for name, c := range map[string]struct {
		difference catalog.Difference
		summary    string
	}{
		"an index that is missing": {
			catalog.Difference{Object: "index:public.ix", Was: "CREATE INDEX ix"},
			"the models have an index that the migrations do not make: CREATE INDEX ix",
		},
		"an index that differs": {
			catalog.Difference{Object: "index:public.ix", Was: "a", Is: "b"},
			"models and migrations differ in index:public.ix: in the models: a; in the migrations: b",
		},
		"an enum type, of which only the values that differ are listed": {
			catalog.Difference{Object: "enum:public.mood", Was: "('ok', 'bad', 'fine', 'sad')", Is: "('ok', 'sad', 'glad', 'bad')"},
			"models and migrations differ in enum:public.mood: only in the models: 'fine'; only in the migrations: 'glad'; " +
				"in another order: 'bad'",
		},
		"a CHECK that is missing": {
			catalog.Difference{Object: "constraint:public.t.k", Was: "CHECK (a)"},
			"models and migrations differ in constraint:public.t.k: in the models: CHECK (a); in the migrations: absent",
		},
	} {
		f := ready(func(f *Facts) { f.Models.Differences = []catalog.Difference{c.difference} })
		known := !strings.HasPrefix(c.difference.Object, "enum:")
		if got := judgeCatalog(&f); got.Summary != c.summary || !strings.Contains(got.Hint, own) || strings.Contains(got.Hint, fresh) ||
			strings.Contains(got.Hint, "\nand into downgrade():\n    op.") != known || strings.Contains(got.Hint, reverse) == known {
			t.Errorf("%s: %s\n%s", name, got.Summary, got.Hint)
		}
		f.Revisions = nil
		if got := judgeCatalog(&f); !strings.Contains(got.Hint, fresh) || strings.Contains(got.Hint, own) {
			t.Errorf("%s, without a revision: %s", name, got.Hint)
		}
	}
}

func TestTheCatalogsClaimNoMoreThanAutogenerateLeaves(t *testing.T) {
	t.Parallel()
	f := Facts{Outcomes: Outcomes{Models: ModelsOutcome{Ran: true}}}
	if got := judgeCatalog(&f).Summary; got != "the catalogs of models and migrations agree" {
		t.Errorf("where autogenerate finds nothing: %q", got)
	}
	f.Drift.Operations = []migrations.Operation{{Kind: migrations.AddColumn, Object: "column:public.users.n"}}
	if got := judgeCatalog(&f).Summary; !strings.HasPrefix(got, "beyond what drift.models says, ") {
		t.Errorf("where autogenerate finds a column: %q", got)
	}
}

func TestMoreRoomThanTheModelsIsSaid(t *testing.T) {
	t.Parallel()
	f := Facts{Outcomes: Outcomes{Drift: DriftOutcome{Outcome: Outcome{Ran: true}, Roomier: []migrations.Operation{
		{Kind: migrations.AlterColumn, Schema: "public", Table: "news", Name: "hidden", Facet: "server_default"},
	}}}}
	got, want := judgeDrift(&f), "models and migrations agree; the database allows more than the models in news.hidden (server_default)"
	if got.Answer != Clean || got.Summary != want {
		t.Errorf("%+v", got)
	}
}

func TestKnownDifferencesAreNotCalledAgreement(t *testing.T) {
	t.Parallel()
	f := Facts{Outcomes: Outcomes{
		Drift: DriftOutcome{Outcome: Outcome{Ran: true}, Known: 1}, Models: ModelsOutcome{Ran: true, Known: 2},
	}}
	f.BaseRef = "main"
	for want, got := range map[string]Finding{
		"models and migrations agree, but for 1 difference that main has as well":                  judgeDrift(&f),
		"the catalogs of models and migrations agree, but for 2 differences that main has as well": judgeCatalog(&f),
	} {
		if got.Answer != Clean || got.Summary != want {
			t.Errorf("%+v", got)
		}
	}
}

func TestCatalogsDoNotAgreeWhereAutogenerateDiffers(t *testing.T) {
	t.Parallel()
	facts := &Facts{Outcomes: Outcomes{
		Drift: DriftOutcome{Outcome: Outcome{Ran: true}, Known: 1}, Models: ModelsOutcome{Ran: true},
	}}
	facts.BaseRef = "main"
	if got := judgeCatalog(facts).Summary; !strings.HasSuffix(got, "but for 1 difference that main has as well") {
		t.Error(got)
	}
}
