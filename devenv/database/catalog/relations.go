package catalog

import "devenv/devenv/database/query"

// foreignSchemas are the schemas that catalogs leave out: the system's, those of temporary tables, and devenv's; n is
// pg_namespace.
const foreignSchemas = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'devenv')
  AND n.nspname !~ '^pg_(temp|toast_temp)_'`

// byExtension returns a condition that is true if an extension owns the object.
func byExtension(class, oid string) string {
	return `EXISTS (SELECT FROM pg_depend d WHERE d.classid = '` + class + `'::regclass AND d.objid = ` + oid +
		` AND d.objsubid = 0 AND d.deptype = 'e')`
}

// comment returns an expression for an object's comment as a separate part, empty if it has none.
func comment(expression string) string {
	return `coalesce(` + joint + ` || 'comment ' || quote_literal(` + expression + `), '')`
}

// relations returns a common table expression of the user's relations: oid, kind, and name as schema.relation; object
// is their name in the catalog.
func relations(versions query.VersionTable) string {
	return `WITH rel AS (
  SELECT c.*, n.nspname || '.' || c.relname AS name,
    CASE c.relkind WHEN 'v' THEN 'view:' WHEN 'm' THEN 'matview:' WHEN 'S' THEN 'sequence:' ELSE 'table:' END
      || n.nspname || '.' || c.relname AS object
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND c.relpersistence <> 't' AND ` + foreignSchemas + `
    AND NOT ` + byExtension("pg_class", "c.oid") + ` AND NOT ` + versions.Is() + `
) `
}

// relationQueries read tables, views and sequences.
func relationQueries(versions query.VersionTable) []catalogQuery {
	return []catalogQuery{
		{"tables", relations(versions) + `
SELECT r.object, coalesce((SELECT p.object FROM pg_inherits i JOIN rel p ON p.oid = i.inhparent WHERE i.inhrelid = r.oid AND r.relispartition), ''),
  CASE r.relpersistence WHEN 'u' THEN 'unlogged ' ELSE '' END
  || CASE r.relkind WHEN 'f' THEN 'foreign table' WHEN 'p' THEN 'table' || ` + joint + ` || 'partition by ' || pg_get_partkeydef(r.oid) ELSE 'table' END
  || coalesce(` + joint + ` || 'partition ' || pg_get_expr(r.relpartbound, r.oid), '')
  || coalesce(` + joint + ` || 'inherits ' || (SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = r.oid), '')
  || CASE WHEN r.relrowsecurity THEN ` + joint + ` || 'row level security' ELSE '' END
  || CASE WHEN r.relforcerowsecurity THEN ' forced' ELSE '' END
  || CASE r.relreplident WHEN 'n' THEN ` + joint + ` || 'replica identity nothing' WHEN 'f' THEN ` + joint + ` || 'replica identity full'
       WHEN 'i' THEN ` + joint + ` || 'replica identity index' || coalesce((SELECT ' ' || i.indexrelid::regclass FROM pg_index i
         WHERE i.indrelid = r.oid AND i.indisreplident), '') ELSE '' END
  || coalesce(` + joint + ` || 'with (' || array_to_string(r.reloptions, ', ') || ')', '')
  || coalesce((SELECT ` + joint + ` || 'tablespace ' || quote_ident(s.spcname) FROM pg_tablespace s WHERE s.oid = r.reltablespace), '')
  || coalesce((SELECT ` + joint + ` || 'using ' || m.amname FROM pg_am m WHERE m.oid = r.relam AND m.amname <> 'heap'), '')
  || coalesce((SELECT ` + joint + ` || 'server ' || quote_ident(s.srvname) || coalesce(' options (' || array_to_string(f.ftoptions, ', ') || ')', '')
     FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = r.oid), '')
  || ` + comment("obj_description(r.oid, 'pg_class')") + `
FROM rel r WHERE r.relkind IN ('r', 'p', 'f')`},
		{"views", relations(versions) + `
SELECT r.object, '', rtrim(pg_get_viewdef(r.oid), ';')
  || coalesce(` + joint + ` || 'with (' || array_to_string(r.reloptions, ', ') || ')', '')
  || CASE WHEN r.relispopulated THEN '' ELSE ` + joint + ` || 'with no data' END
  || ` + comment("obj_description(r.oid, 'pg_class')") + `
FROM rel r WHERE r.relkind IN ('v', 'm')`},
		{"sequences", relations(versions) + `, owned AS (
  SELECT d.objid, o.name || '.' || a.attname AS of FROM pg_depend d JOIN rel o ON o.oid = d.refobjid
  JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum = d.refobjsubid
  WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
)
SELECT r.object, coalesce('column:' || w.of, ''),
  'sequence as ' || format_type(s.seqtypid, NULL) || ' start ' || s.seqstart || ' increment ' || s.seqincrement
  || ' from ' || s.seqmin || ' to ' || s.seqmax || ' cache ' || s.seqcache || CASE WHEN s.seqcycle THEN ' cycle' ELSE '' END
  || coalesce(' owned by ' || w.of, '')
  || ` + comment("obj_description(r.oid, 'pg_class')") + `
FROM rel r JOIN pg_sequence s ON s.seqrelid = r.oid LEFT JOIN owned w ON w.objid = r.oid
WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype IN ('a', 'i')
  AND d.refclassid = 'pg_class'::regclass AND d.refobjid NOT IN (SELECT oid FROM rel))`},
	}
}
