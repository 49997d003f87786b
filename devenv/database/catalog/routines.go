package catalog

// routineQueries read functions, procedures, aggregates, event triggers, publications and settings of the database.
func routineQueries() []catalogQuery {
	return []catalogQuery{
		{"functions", `
SELECT 'function:' || n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', 'schema:' || n.nspname,
  CASE p.prokind WHEN 'a' THEN (SELECT 'aggregate ' || g.aggtransfn::text || ' ' || format_type(g.aggtranstype, NULL) || ' ' || g.aggfinalfn::text
       || coalesce(' combine ' || nullif(g.aggcombinefn::text, '-'), '') || coalesce(' moving ' || nullif(g.aggmtransfn::text, '-'), '')
       || CASE g.aggkind WHEN 'n' THEN '' ELSE ' kind ' || g.aggkind::text END || ' parallel ' || p.proparallel::text
       || coalesce(' initially ' || g.agginitval, '') FROM pg_aggregate g WHERE g.aggfnoid = p.oid)
     ELSE rtrim(pg_get_functiondef(p.oid), E'\n') END
  || ` + comment("obj_description(p.oid, 'pg_proc')") + `
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE ` + foreignSchemas + ` AND NOT EXISTS (SELECT FROM pg_depend d
  WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))`},
		{"event triggers", `
SELECT 'event trigger:' || t.evtname, '', t.evtevent || ' ' || t.evtfoid::regproc::text || coalesce(' ' || array_to_string(t.evttags, ', '), '')
  || CASE t.evtenabled WHEN 'O' THEN '' WHEN 'D' THEN ' disabled' ELSE ' enabled ' || t.evtenabled::text END
FROM pg_event_trigger t JOIN pg_proc p ON p.oid = t.evtfoid JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname <> 'devenv' AND NOT ` + byExtension("pg_event_trigger", "t.oid")},
		{"publications", `
SELECT 'publication:' || p.pubname, '', CASE WHEN p.puballtables THEN 'all tables' ELSE coalesce((SELECT string_agg(
     quote_ident(t.schemaname) || '.' || quote_ident(t.tablename)
     || coalesce(' (' || (SELECT string_agg(a.attname, ', ' ORDER BY a.attname)
          FROM pg_publication_rel l CROSS JOIN regexp_split_to_table(translate(to_jsonb(l) ->> 'prattrs', '[]', ''), '[ ,]+') k
          JOIN pg_attribute a ON a.attrelid = l.prrelid AND a.attnum = k::int2
          WHERE l.prpubid = p.oid AND l.prrelid = (quote_ident(t.schemaname) || '.' || quote_ident(t.tablename))::regclass) || ')', '') || coalesce(' where ' || (to_jsonb(t) ->> 'rowfilter'), ''),
     ', ' ORDER BY t.schemaname, t.tablename)
     FROM pg_publication_tables t WHERE t.pubname = p.pubname), 'no tables') END
  || CASE WHEN p.pubviaroot THEN ' via root' ELSE '' END || ' for ' || concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
       CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END)
FROM pg_publication p`},
		{"settings", `
SELECT 'setting:' || CASE s.setrole WHEN 0 THEN 'database' ELSE 'role ' || pg_get_userbyid(s.setrole) END || '.' || split_part(c, '=', 1), '', c
FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c
WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())`},
	}
}
