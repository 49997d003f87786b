package writes

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
)

// Writers returns the roles that could insert into a table, besides owners and superusers, by the table's OID.
func Writers(ctx context.Context, conn *pgx.Conn) (map[uint32][]string, error) {
	rows, err := conn.Query(ctx, `SELECT c.oid, r.rolname::text FROM pg_class c CROSS JOIN pg_roles r
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
  AND NOT r.rolsuper AND r.oid <> c.relowner AND r.rolname !~ '^pg_' AND NOT pg_has_role(r.oid, c.relowner, 'USAGE')
  AND EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.privilege_type = 'INSERT' AND a.grantee <> 0)
  AND has_table_privilege(r.oid, c.oid, 'INSERT') ORDER BY 1, 2`, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return nil, fmt.Errorf("list the roles that write: %w", err)
	}
	writers := map[uint32][]string{}
	var oid uint32
	var role string
	_, err = pgx.ForEachRow(rows, []any{&oid, &role}, func() error { writers[oid] = append(writers[oid], role); return nil })
	return writers, err
}

// Targets returns what to write to: tables after a move, the roles that write them, and how the base's application
// knows them.
func Targets(before *catalog.Shape, tables []*catalog.Table, writers map[uint32][]string) []Target {
	targets := make([]Target, len(tables))
	for i, t := range tables {
		targets[i] = Target{Table: t, Was: earlier(before, t), Roles: rolesFor(before, writers, t)}
	}
	return targets
}

// earlier returns a table as the base knows it, by its name; nil if the base does not know it.
func earlier(before *catalog.Shape, t *catalog.Table) *catalog.Table {
	i := slices.IndexFunc(before.Tables, func(was catalog.Table) bool { return was.Label() == t.Label() })
	if i < 0 {
		return nil
	}
	return &before.Tables[i]
}

// rolesFor returns the roles that write a table after a move: those that wrote it before; for a new table, those that
// wrote every table of the same schema before. The connection's own role comes first, as "".
func rolesFor(before *catalog.Shape, writers map[uint32][]string, t *catalog.Table) []string {
	if before.Table(t.OID) != nil {
		return append([]string{""}, writers[t.OID]...)
	}
	return append([]string{""}, CommonWriters(before, writers, t.Schema)...)
}

// CommonWriters returns the roles that wrote every table of a schema, or of all schemas if it is empty; none if there was
// no table.
func CommonWriters(before *catalog.Shape, writers map[uint32][]string, schema string) (common []string) {
	first := true
	for i := range before.Tables {
		was := &before.Tables[i]
		switch {
		case was.Partition || schema != "" && was.Schema != schema:
		case first:
			common, first = slices.Clone(writers[was.OID]), false
		default:
			common = slices.DeleteFunc(common, func(r string) bool { return !slices.Contains(writers[was.OID], r) })
		}
	}
	return common
}

// MostWriters returns the roles that wrote at least three of four tables of a schema, and four: the application's, which
// may only read the others.
func MostWriters(before *catalog.Shape, writers map[uint32][]string, schema string) (most []string) {
	tables, written := 0, map[string]int{}
	for i := range before.Tables {
		if was := &before.Tables[i]; was.Schema == schema && !was.Partition {
			tables++
			for _, role := range writers[was.OID] {
				written[role]++
			}
		}
	}
	for _, role := range slices.Sorted(maps.Keys(written)) {
		if n := written[role]; n >= 4 && 4*n >= 3*tables {
			most = append(most, role)
		}
	}
	return most
}
