package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// notCompared is the definition of an object whose kind the queries do not know: its existence is compared, its
// definition is not.
const notCompared = "there; its definition is not compared"

// readCatalogs returns the system catalogs whose objects the queries read, or that hold parts of such objects. Large
// objects count as data.
func readCatalogs() []string {
	return []string{
		"pg_class", "pg_attrdef", "pg_constraint", "pg_type", "pg_enum", "pg_proc", "pg_namespace",
		"pg_extension", "pg_rewrite", "pg_trigger",
		"pg_policy", "pg_collation", "pg_event_trigger", "pg_publication", "pg_publication_rel",
		"pg_publication_namespace", "pg_default_acl",
		"pg_statistic_ext", "pg_amop", "pg_amproc", "pg_largeobject_metadata",
	}
}

// unknownKinds finds objects in these catalogs whose kind the queries do not know: base types, and what a newer
// server may add.
const unknownKinds = `
SELECT 'pg_type'::regclass AS class, t.oid FROM pg_type t
  WHERE t.typtype NOT IN ('c', 'd', 'e', 'r', 'm') AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
UNION ALL SELECT 'pg_class'::regclass, c.oid FROM pg_class c WHERE c.relkind NOT IN ('r', 'p', 'f', 'v', 'm', 'S', 'i', 'I', 'c', 't')
UNION ALL SELECT 'pg_constraint'::regclass, k.oid FROM pg_constraint k WHERE k.contype NOT IN ('c', 'f', 'p', 'u', 'x', 'n', 't')`

// readUnread names the objects that no query describes, whatever the server's version calls their kind. It asks the
// server for its catalogs, so that it does not miss those that a later version adds.
func (c *Catalog) readUnread(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'oid'
		WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND NOT c.relisshared`, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return err
	}
	catalogs, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	parts := []string{unknownKinds}
	for _, name := range catalogs {
		if !slices.Contains(readCatalogs(), name) {
			parts = append(parts, "SELECT '"+name+"'::regclass, oid FROM pg_catalog."+name)
		}
	}
	const firstOwn = "16384" // lower OIDs are the server's own objects
	rows, err = tx.Query(ctx, `SELECT i.type || ':' || i.identity FROM (`+strings.Join(parts, "\nUNION ALL ")+`) o
		CROSS JOIN LATERAL pg_identify_object(o.class, o.oid, 0) i
		WHERE o.oid >= `+firstOwn+` AND coalesce(i.schema, '') NOT IN ('devenv', 'information_schema', 'pg_toast')
		  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype IN ('e', 'i'))
		ORDER BY 1`, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return err
	}
	if c.Unread, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return err
	}
	for _, name := range c.Unread {
		c.Objects[name] = Object{Definition: notCompared}
	}
	return nil
}
