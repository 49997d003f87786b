package trials

import (
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/migrations"
)

func TestStatementsThatRowSecurityBlindsAreKnown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, security, owner, sql string
		rows                       int64
		want                       int
	}{
		{"forced on the owner", "row level security forced", "owner", "UPDATE orders SET n = 1", 0, 1},
		{"in quotes, with a schema", "row level security forced", "owner", `DELETE FROM ONLY "public"."orders"`, 0, 1},
		{"rows were changed", "row level security forced", "owner", "UPDATE orders SET n = 1", 3, 0},
		{"the owner is exempt", "row level security", "owner", "UPDATE orders SET n = 1", 0, 0},
		{"a superuser owns it", "row level security forced", "postgres", "UPDATE orders SET n = 1", 0, 0},
		{"another table", "row level security forced", "owner", "UPDATE lines SET n = 1 FROM orders", 0, 0},
	} {
		u := &upgrade{statements: []migrations.Statement{{Revision: "3f2a", SQL: c.sql, Rows: c.rows}}}
		u.before.Shape.Tables = []catalog.Table{{OID: 1, Schema: "public", Name: "orders", Rows: true}}
		u.before.Catalog.Objects = map[string]catalog.Object{"table:public.orders": {Parts: []string{"table", c.security}}}
		u.before.Access.Roles = map[string]bool{"owner": true}
		u.before.Access.Owners = map[string]string{"table:public.orders": c.owner}
		if got := u.hidden(); len(got) != c.want {
			t.Errorf("%s: got %+v", c.what, got)
		}
	}
}
