package data

import (
	"context"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/query"
)

// listTables finds the tables to fingerprint, and their total size in bytes.
func listTables(ctx context.Context, conn *pgx.Conn, versions query.VersionTable) ([]tableWork, int64, error) {
	rows, err := conn.Query(ctx, tablesQuery(versions))
	if err != nil {
		return nil, 0, err
	}
	var total int64
	tables, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (tableWork, error) {
		var (
			w              tableWork
			numbers        []int16
			names, types   []string
			defaults, made []bool
			size, reltuple int64
		)
		err := row.Scan(&w.print.OID, &w.print.Schema, &w.print.Name, &numbers, &names, &types, &defaults, &made, &w.print.Key,
			&w.print.Partitions, &size, &reltuple)
		total += size
		for i := range names {
			w.print.Columns = append(w.print.Columns, ColumnPrint{
				Number: numbers[i], Name: names[i], Type: types[i], Filled: defaults[i],
				Computed: made[i],
			})
		}
		// Statistics may be missing after a restart; a row takes at least about 32 bytes.
		if w.estimate = reltuple; w.estimate <= 0 {
			w.estimate = size / 32
		}
		return w, err
	})
	return tables, total, err
}

// tablesQuery lists ordinary tables and the roots of partitioned ones, with their columns and primary keys, except
// the migration tool's. Without a primary key, rows are identified by a unique index over columns without NULLs.
func tablesQuery(versions query.VersionTable) string {
	return `
SELECT c.oid, n.nspname, c.relname,
       coalesce((SELECT array_agg(a.attnum ORDER BY a.attnum) FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '{}'),
       coalesce((SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '{}'),
       coalesce((SELECT array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum) FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '{}'),
       coalesce((SELECT array_agg(a.atthasdef ORDER BY a.attnum) FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '{}'),
       coalesce((SELECT array_agg(a.attgenerated <> '' ORDER BY a.attnum) FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '{}'),
       coalesce((SELECT array_agg(a.attname::text ORDER BY k.at) FROM (SELECT * FROM pg_index i
            WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
              AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey) AND NOT a.attnotnull)
            ORDER BY i.indisprimary DESC, i.indexrelid LIMIT 1) i
          CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, at)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
          WHERE k.at <= i.indnkeyatts), '{}'),
       coalesce((SELECT array_agg(p.relid::oid) FROM pg_partition_tree(c.oid) p WHERE c.relkind = 'p' AND p.level > 0), '{}'),
       CASE WHEN c.relkind = 'p' THEN (SELECT coalesce(sum(pg_relation_size(p.relid)), 0)::int8 FROM pg_partition_tree(c.oid) p WHERE p.isleaf)
            ELSE pg_relation_size(c.oid) END,
       CASE WHEN c.relkind = 'p' THEN 0 ELSE c.reltuples::int8 END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'devenv') AND n.nspname !~ '^pg_(temp|toast_temp)_'
  AND NOT ` + versions.Is() + `
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname`
}
