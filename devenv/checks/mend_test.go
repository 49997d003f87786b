package checks

import (
	"strings"
	"testing"

	"devenv/devenv/database/offending"
	"devenv/migrations"
	"devenv/migrations/alembic"
)

func TestTheFixUsesTheFailuresOwnNames(t *testing.T) {
	for name, c := range map[string]struct {
		failure migrations.Failure
		rows    offending.Found
		says    []string
	}{
		"a column that is added": {
			migrations.Failure{
				SQLState: "23502", Table: "users", Column: "tenant", Statement: "ALTER TABLE users ADD COLUMN tenant VARCHAR(30) NOT NULL",
			},
			offending.Found{},
			[]string{
				`op.add_column("users", sa.Column("tenant", sa.String(30), nullable=True))`,
				`op.execute("UPDATE users SET tenant = … WHERE tenant IS NULL")`,
				`op.alter_column("users", "tenant", nullable=False)`,
			},
		},
		"names that need quotes": {
			migrations.Failure{
				SQLState: "23502", Schema: "crm", Table: "Contact", Column: "order",
				Statement: `ALTER TABLE crm."Contact" ADD COLUMN "order" TIMESTAMP WITH TIME ZONE NOT NULL`,
			},
			offending.Found{},
			[]string{
				`sa.Column("order", sa.DateTime(timezone=True), nullable=True), schema="crm")`,
				`op.execute("""UPDATE crm."Contact" SET "order" = … WHERE "order" IS NULL""")`,
			},
		},
		"a primary key is no column": {
			migrations.Failure{SQLState: "23502", Table: "users", Column: "id", Statement: "ALTER TABLE users ADD PRIMARY KEY (id)"},
			offending.Found{},
			[]string{"fill the column before it becomes NOT NULL:\n    op.execute(\"UPDATE users SET id = … WHERE id IS NULL\")"},
		},
		"values that do not fit": {
			migrations.Failure{SQLState: "22001"},
			offending.Found{
				Table: "orders", Schema: "public", Column: "status", Query: "SELECT * FROM orders WHERE length(status::text) > 10",
			},
			[]string{`op.execute("UPDATE orders SET status = … WHERE length(status::text) > 10")`},
		},
		"rows that reference nothing": {
			migrations.Failure{SQLState: "23503"},
			offending.Found{Table: "a", Column: "b", Query: "SELECT * FROM a AS t WHERE t.b IS NOT NULL AND NOT EXISTS (SELECT FROM p)"},
			[]string{`op.execute("UPDATE a AS t SET b = NULL WHERE t.b IS NOT NULL AND NOT EXISTS (SELECT FROM p)")`},
		},
		"a constraint without a name": {
			migrations.Failure{Message: "CompileError: Can't emit DROP CONSTRAINT for constraint UniqueConstraint(); it has no name"},
			offending.Found{},
			[]string{"pg_constraint"},
		},
		"rows of the default partition": {
			migrations.Failure{SQLState: "23514", Message: `updated partition constraint for default partition "visits_rest" would be violated by some row`},
			offending.Found{},
			[]string{"first move these rows out of the default partition"},
		},
		"rows that no partition takes": {
			migrations.Failure{SQLState: "23514", Message: `no partition of relation "visits" found for row`},
			offending.Found{},
			[]string{`op.execute("CREATE TABLE … PARTITION OF visits DEFAULT")`},
		},
		"rows that are unknown": {
			migrations.Failure{SQLState: "22P02"}, offending.Found{}, []string{`op.execute("UPDATE … SET … WHERE …")`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := mender{alembic.Snippets{}}.mend(&c.failure, c.rows)
			for _, want := range c.says {
				if !strings.Contains(got, want) {
					t.Errorf("it lacks %s:\n%s", want, got)
				}
			}
		})
	}
}
