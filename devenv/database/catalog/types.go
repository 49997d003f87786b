package catalog

// typeQueries read schemas, extensions, types and collations.
func typeQueries() []catalogQuery {
	return []catalogQuery{
		{"schemas", `
SELECT 'schema:' || n.nspname, '', 'schema' || ` + comment("obj_description(n.oid, 'pg_namespace')") + `
FROM pg_namespace n WHERE ` + foreignSchemas + ` AND NOT ` + byExtension("pg_namespace", "n.oid")},
		{"extensions", `
SELECT 'extension:' || e.extname, '', e.extversion || ' in ' || n.nspname
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace`},
		{"enums", `
SELECT 'enum:' || n.nspname || '.' || t.typname, 'schema:' || n.nspname,
  (SELECT '(' || coalesce(string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder), '') || ')' FROM pg_enum e WHERE e.enumtypid = t.oid)
  || ` + comment("obj_description(t.oid, 'pg_type')") + `
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND ` + foreignSchemas + ` AND NOT ` + byExtension("pg_type", "t.oid")},
		{"domains", `
SELECT 'domain:' || n.nspname || '.' || t.typname, 'schema:' || n.nspname, format_type(t.typbasetype, t.typtypmod)
  || coalesce((SELECT ' collate ' || l.collname FROM pg_collation l JOIN pg_type b ON b.oid = t.typbasetype
       WHERE l.oid = t.typcollation AND l.oid <> b.typcollation), '')
  || CASE WHEN t.typnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || t.typdefault, '')
  || coalesce((SELECT ' ' || string_agg(quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid), ' ' ORDER BY k.conname)
       FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'), '')
  || ` + comment("obj_description(t.oid, 'pg_type')") + `
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'd' AND ` + foreignSchemas + ` AND NOT ` + byExtension("pg_type", "t.oid")},
		{"composite types", `
SELECT 'type:' || n.nspname || '.' || t.typname, 'schema:' || n.nspname,
  (SELECT '(' || coalesce(string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
       || coalesce((SELECT ' collate ' || l.collname FROM pg_collation l JOIN pg_type b ON b.oid = a.atttypid
            WHERE l.oid = a.attcollation AND l.oid <> b.typcollation), ''), ', ' ORDER BY a.attnum), '') || ')'
     FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
  || ` + comment("obj_description(t.oid, 'pg_type')") + `
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
WHERE t.typtype = 'c' AND ` + foreignSchemas + ` AND NOT ` + byExtension("pg_type", "t.oid")},
		{"range types", `
SELECT 'type:' || n.nspname || '.' || t.typname, 'schema:' || n.nspname, 'range of ' || format_type(g.rngsubtype, NULL)
  || coalesce((SELECT ' opclass ' || o.opcname FROM pg_opclass o WHERE o.oid = g.rngsubopc AND NOT o.opcdefault), '')
  || coalesce(' canonical ' || nullif(g.rngcanonical::text, '-'), '') || coalesce(' diff ' || nullif(g.rngsubdiff::text, '-'), '')
  || ` + comment("obj_description(t.oid, 'pg_type')") + `
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_range g ON g.rngtypid = t.oid
WHERE t.typtype = 'r' AND ` + foreignSchemas + ` AND NOT ` + byExtension("pg_type", "t.oid")},
		{"collations", `
SELECT 'collation:' || n.nspname || '.' || l.collname, 'schema:' || n.nspname,
  l.collprovider::text || ' ' || coalesce(to_jsonb(l) ->> 'collcollate', to_jsonb(l) ->> 'colllocale', to_jsonb(l) ->> 'colliculocale', '')
  || CASE WHEN l.collisdeterministic THEN '' ELSE ' not deterministic' END
FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
WHERE ` + foreignSchemas + ` AND NOT ` + byExtension("pg_collation", "l.oid")},
	}
}
