package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/query"
)

// ReadShape returns a function that reads the requirements on rows of the database's tables, in one query. It leaves
// out tables of the system, of extensions and of the migration tool. It supports Postgres 13 to 18.
func ReadShape(versions query.VersionTable) func(context.Context, *pgx.Conn) (Shape, error) {
	return func(ctx context.Context, conn *pgx.Conn) (Shape, error) {
		var shape Shape
		err := query.Read(ctx, conn, func(tx pgx.Tx) error { return shape.Read(ctx, tx, versions) })
		if err != nil {
			return Shape{}, fmt.Errorf("read the shape of the tables: %w", err)
		}
		return shape, nil
	}
}

// Read reads the shape as the transaction sees it.
func (s *Shape) Read(ctx context.Context, tx pgx.Tx, versions query.VersionTable) error {
	var text string
	if err := tx.QueryRow(ctx, shapeQuery(versions), pgx.QueryExecModeSimpleProtocol).Scan(&text); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), s); err != nil {
		return err
	}
	return s.findRows(ctx, tx)
}

// tablesAtOnce limits the locks that looking for rows takes, and the depth of a query.
const tablesAtOnce = 250

// findRows finds out for each table whether it has a row.
func (s *Shape) findRows(ctx context.Context, tx pgx.Tx) error {
	for first := 0; first < len(s.Tables); first += tablesAtOnce {
		if err := findRowsOf(ctx, tx, s.Tables[first:min(first+tablesAtOnce, len(s.Tables))]); err != nil {
			return err
		}
	}
	return nil
}

// findRowsOf does it for some tables, and keeps no locks of them.
func findRowsOf(ctx context.Context, tx pgx.Tx, tables []Table) error {
	questions := make([]string, len(tables))
	for i, t := range tables {
		questions[i] = fmt.Sprintf("SELECT %d, EXISTS (SELECT FROM %s)", i, query.Quote(t.Schema, t.Name))
	}
	return query.Aside(ctx, tx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, strings.Join(questions, " UNION ALL "), pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			return err
		}
		var at int
		var held bool
		_, err = pgx.ForEachRow(rows, []any{&at, &held}, func() error { tables[at].Rows = held; return nil })
		return err
	})
}

func oidKey(oid uint32) string { return strconv.FormatUint(uint64(oid), 10) }

// shapeQuery selects the whole shape as one JSON text, with the names of Shape's fields.
func shapeQuery(versions query.VersionTable) string {
	return relations(versions) + `, below AS (
  WITH RECURSIVE down(oid, base, typmod) AS (
    SELECT t.oid, t.oid, -1 FROM pg_type t WHERE t.typtype = 'd'
    UNION ALL SELECT d.oid, t.typbasetype, CASE WHEN d.typmod >= 0 THEN d.typmod ELSE t.typtypmod END
      FROM down d JOIN pg_type t ON t.oid = d.base WHERE t.typtype = 'd')
  SELECT d.oid, d.base, d.typmod, t.typtype = 'd' AS domain FROM down d JOIN pg_type t ON t.oid = d.base),
  base AS (SELECT oid, base, typmod FROM below WHERE NOT domain)
SELECT json_build_object(
  'version', current_setting('server_version_num')::int,
  'enums', (SELECT coalesce(json_object_agg(enumtypid, labels), '{}') FROM (SELECT enumtypid::int8, json_agg(enumlabel ORDER BY enumsortorder) AS labels FROM pg_enum GROUP BY 1) e),
  'published', (SELECT coalesce(json_agg(DISTINCT r.oid::int8), '[]') FROM pg_publication_tables p JOIN rel r ON r.name = p.schemaname || '.' || p.tablename),
  'views', (SELECT coalesce(json_agg(json_build_object('name', r.name, 'reads', (
     SELECT coalesce(json_agg(DISTINCT d.refobjid::int8), '[]') FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
       AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.oid WHERE w.ev_class = r.oid))), '[]') FROM rel r WHERE r.relkind = 'm'),
  'tables', (SELECT coalesce(json_agg(json_build_object('oid', r.oid::int8, 'schema', (SELECT nspname FROM pg_namespace ns WHERE ns.oid = r.relnamespace), 'name', r.relname,
    'partition', r.relispartition, 'partitioned', r.relkind = 'p', 'replica', r.relreplident, 'rows', false,
    'parent', coalesce((SELECT h.inhparent::int8 FROM pg_inherits h WHERE r.relispartition AND h.inhrelid = r.oid), 0),
    'bound', CASE WHEN r.relispartition THEN coalesce(pg_get_partition_constraintdef(r.oid), '') ELSE '' END,
    'rest', coalesce((SELECT pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT' FROM pg_class c WHERE c.oid = r.oid), false),
    'triggers', (SELECT coalesce(json_agg(t.tgname), '[]') FROM pg_trigger t WHERE t.tgrelid = r.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D'),
    'columns', ` + shapeColumns() + `, 'constraints', ` + shapeConstraints + `, 'indexes', ` + shapeIndexes + `) ORDER BY r.name), '[]')
    FROM rel r WHERE r.relkind IN ('r', 'p')))::text`
}

// shapeType selects the fields of Column that describe a type: t is the row of its base type, b that of the CTE base if it
// is a domain, and typmod what modifies it where it is used.
func shapeType(t, b, typmod string) string {
	return strings.NewReplacer("$t", t, "$b", b, "$m", "greatest("+typmod+", "+b+".typmod)").Replace(`'base', $t.typname,
      'base_type', CASE $t.oid WHEN 'bpchar'::regtype THEN 'bpchar' ELSE format_type($t.oid, NULL) END, 'kind', $t.typtype, 'category', $t.typcategory, 'base_oid', $t.oid::int8,
      'length', CASE WHEN $t.typname IN ('varchar', 'bpchar') AND $m >= 4 THEN $m - 4 ELSE 0 END,
      'precision', CASE WHEN $t.typname = 'numeric' AND $m >= 4 THEN ($m - 4) >> 16 & 65535 ELSE 0 END,
      'scale', CASE WHEN $t.typname = 'numeric' AND $m >= 4 THEN ($m - 4) & 2047 ELSE 0 END,
      'domain_checks', CASE WHEN $b.oid IS NULL THEN '[]' ELSE (
         SELECT coalesce(json_agg(json_build_object('oid', k.oid::int8, 'name', k.conname, 'kind', 'c', 'definition', pg_get_constraintdef(k.oid),
         'expression', pg_get_expr(k.conbin, 0), 'valid', k.convalidated)), '[]') FROM pg_constraint k
         WHERE k.contypid IN (SELECT l.base FROM below l WHERE l.oid = $b.oid AND l.domain) AND k.contype = 'c') END`)
}

// shapeFields selects the fields of a composite type whose row is t.
func shapeFields(t string) string {
	return `'fields', CASE WHEN ` + t + `.typtype = 'c' THEN (SELECT json_agg(json_build_object('name', fa.attname,
      'type', format_type(fa.atttypid, fa.atttypmod), ` + shapeType("ft", "fb", "fa.atttypmod") + `) ORDER BY fa.attnum)
      FROM pg_attribute fa LEFT JOIN base fb ON fb.oid = fa.atttypid JOIN pg_type ft ON ft.oid = coalesce(fb.base, fa.atttypid)
      WHERE fa.attrelid = ` + t + `.typrelid AND fa.attnum > 0 AND NOT fa.attisdropped) END`
}

// shapeColumns selects the columns of a table.
func shapeColumns() string {
	return `(SELECT coalesce(json_agg(json_build_object('number', a.attnum, 'name', a.attname,
      'type', format_type(a.atttypid, a.atttypmod), 'type_oid', a.atttypid::int8, ` + shapeType("t", "b", "a.atttypmod") + `, ` + shapeFields("t") + `,
      'not_null', a.attnotnull OR (SELECT d.typnotnull FROM pg_type d WHERE d.oid = a.atttypid),
      'default', CASE WHEN a.attgenerated = '' THEN coalesce(pg_get_expr(f.adbin, f.adrelid), (SELECT d.typdefault FROM pg_type d WHERE d.oid = a.atttypid), '') ELSE '' END,
      'identity', a.attidentity, 'generated', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(f.adbin, f.adrelid) ELSE '' END,
      'uses', (SELECT coalesce(json_agg(DISTINCT d.refobjsubid), '[]') FROM pg_depend d WHERE a.attgenerated <> '' AND d.refclassid = 'pg_class'::regclass
         AND d.refobjid = r.oid AND d.refobjsubid > 0 AND d.refobjsubid <> a.attnum
         AND (d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid OR d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.objsubid = a.attnum)),
      'sequence', coalesce((SELECT quote_ident(sn.nspname) || '.' || quote_ident(s.relname) FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
         JOIN pg_namespace sn ON sn.oid = s.relnamespace
         WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = r.oid AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i') LIMIT 1), ''),
      'sequence_type', coalesce((SELECT format_type(q.seqtypid, NULL) FROM pg_depend d JOIN pg_sequence q ON q.seqrelid = d.objid
         WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = r.oid AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i') LIMIT 1), ''),
      'collation', coalesce((SELECT quote_ident(cn.nspname) || '.' || quote_ident(l.collname) FROM pg_collation l JOIN pg_namespace cn ON cn.oid = l.collnamespace
         WHERE l.oid = a.attcollation), ''),
      'element', CASE WHEN t.typcategory = 'A' THEN (SELECT json_build_object(` + shapeType("et", "eb", "a.atttypmod") + `, ` + shapeFields("et") + `)
         FROM pg_type en LEFT JOIN base eb ON eb.oid = en.oid JOIN pg_type et ON et.oid = coalesce(eb.base, en.oid) WHERE en.oid = t.typelem) END
      ) ORDER BY a.attnum), '[]')
    FROM pg_attribute a LEFT JOIN base b ON b.oid = a.atttypid JOIN pg_type t ON t.oid = coalesce(b.base, a.atttypid)
    LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
    WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped)`
}

const shapeConstraints = `(SELECT coalesce(json_agg(json_build_object('oid', k.oid::int8, 'name', k.conname, 'kind', k.contype, 'columns', coalesce(k.conkey, '{}'),
      'definition', pg_get_constraintdef(k.oid), 'expression', coalesce(pg_get_expr(k.conbin, k.conrelid), ''), 'valid', k.convalidated,
      'parent', k.confrelid::int8, 'parent_columns', coalesce(k.confkey, '{}'), 'on_delete', k.confdeltype, 'index', k.conindid::int8) ORDER BY k.conname), '[]')
    FROM pg_constraint k WHERE k.conrelid = r.oid AND k.contype IN ('c', 'f', 'p', 'u', 'x'))`

// indexDefinition is an index's definition, c being the index: Postgres says ONLY of that of every partitioned table,
// whether its partitions have one or not.
const indexDefinition = `regexp_replace(pg_get_indexdef(c.oid), '^(CREATE (?:UNIQUE )?INDEX .*?) ON ONLY ', '\1 ON ')`

const shapeIndexes = `(SELECT coalesce(json_agg(json_build_object('oid', c.oid::int8, 'name', c.relname, 'unique', i.indisunique, 'primary', i.indisprimary,
      'valid', i.indisvalid, 'exclusion', i.indisexclusion, 'method', m.amname,
      'columns', (SELECT json_agg(k ORDER BY at) FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(k, at) WHERE at <= i.indnkeyatts),
      'uses', (SELECT coalesce(json_agg(DISTINCT n), '[]') FROM (
         SELECT k AS n FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(k, at) WHERE k > 0 AND at <= i.indnkeyatts
         UNION SELECT d.refobjsubid FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
           AND d.refobjid = r.oid AND d.refobjsubid > 0 AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)) x),
      'expressions', coalesce(pg_get_expr(i.indexprs, i.indrelid), ''), 'predicate', coalesce(pg_get_expr(i.indpred, i.indrelid), ''),
      'definition', ` + indexDefinition + `) ORDER BY c.relname), '[]')
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam WHERE i.indrelid = r.oid)`
