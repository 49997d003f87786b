package catalog

import "devenv/devenv/database/query"

// rightQueries read grants that differ from an object's initial ones.
func rightQueries(versions query.VersionTable) []catalogQuery {
	return []catalogQuery{
		{"grants on relations", relations(versions) + granted(`
SELECT 'grant:' || r.object, r.object, r.relacl, acldefault(CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", r.relowner) FROM rel r`)},
		{"grants on columns", relations(versions) + granted(`
SELECT 'grant:column:' || r.name || '.' || a.attname, 'column:' || r.name || '.' || a.attname, a.attacl, acldefault('c', r.relowner)
FROM rel r JOIN pg_attribute a ON a.attrelid = r.oid AND NOT a.attisdropped`)},
		{"grants on schemas", `WITH ` + granted(`
SELECT 'grant:schema:' || n.nspname, 'schema:' || n.nspname, n.nspacl, acldefault('n', n.nspowner)
FROM pg_namespace n WHERE ` + foreignSchemas)[len(", "):]},
		{"grants on functions", `WITH ` + granted(`
SELECT 'grant:function:' || n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
  'function:' || n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', p.proacl, acldefault('f', p.proowner)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE ` + foreignSchemas + ` AND NOT ` + byExtension("pg_proc", "p.oid"))[len(", "):]},
		{"grants on types", `WITH ` + granted(`
SELECT 'grant:type:' || n.nspname || '.' || t.typname,
  CASE t.typtype WHEN 'e' THEN 'enum:' WHEN 'd' THEN 'domain:' ELSE 'type:' END || n.nspname || '.' || t.typname, t.typacl, acldefault('T', t.typowner)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE ` + foreignSchemas + ` AND NOT ` + byExtension("pg_type", "t.oid"))[len(", "):]},
		{"default grants", `
SELECT 'default grant:' || pg_get_userbyid(d.defaclrole) || '.' || coalesce(n.nspname, '*') || '.' || d.defaclobjtype::text, '',
  (SELECT string_agg(i::text, ', ' ORDER BY i::text) FROM unnest(d.defaclacl) i)
FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace`},
	}
}

// granted turns a query of object, parent, rights and initial rights into one of object, parent and definition,
// without the rights that are initial. It continues a WITH clause.
func granted(query string) string {
	list := func(acl string) string {
		return `(SELECT string_agg(w, ', ' ORDER BY w) FROM (SELECT CASE x.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(x.grantee) END
      || ': ' || x.privilege_type || CASE WHEN x.is_grantable THEN ' with grant option' ELSE '' END AS w FROM aclexplode(` + acl + `) x) words)`
	}
	return `, rights(object, parent, acl, made) AS (` + query + `), told AS (
  SELECT object, parent, ` + list("acl") + ` AS has, ` + list("made") + ` AS had FROM rights WHERE acl IS NOT NULL)
SELECT object, parent, coalesce(has, 'nobody') FROM told WHERE has IS DISTINCT FROM had`
}
