package forward

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/query"
)

// Access is what roles may do, and what a schema's text leaves out.
type Access struct {
	// Rights are what each role but superusers may do with each object, however it got the right: "SELECT INSERT" by
	// role and object; with a column only what the role may not do with the whole table. An identity's sequence is used by
	// whoever may insert. Open leaves out those that cannot be used: row security without a policy takes them away, or a view
	// cannot be written at all.
	Rights, Open map[Grant]string `json:"-"`
	// Roles tell whether each role may log in.
	Roles map[string]bool `json:"-"`
	// Expired are the roles whose password is no longer valid.
	Expired map[string]bool `json:"-"`
	// Ends means that the password of some role will end to be valid, after which Expired is no longer true.
	Ends bool `json:"-"`
	// Owners are the owners of relations and functions.
	Owners map[string]string `json:"-"`
	// Settings are those of roles in every database, by "role webapp.statement_timeout".
	Settings map[string]string `json:"-"`
}

// Grant is a role and an object of the catalog.
type Grant struct{ Role, Object string }

// accessRows are the kinds of rows of the query: what it is about, who, what, and the value of one or two texts.
const accessRows = `
WITH roles AS (SELECT oid, rolname, rolcanlogin, rolbypassrls, coalesce(rolvaliduntil <= now(), false) AS expired,
  rolvaliduntil > now() AND rolvaliduntil < 'infinity' AS ends FROM pg_roles WHERE NOT rolsuper AND rolname !~ '^pg_'),
rel AS (
  SELECT c.oid, c.relkind, c.relowner, c.relacl, c.relrowsecurity, c.relforcerowsecurity, n.nspname || '.' || c.relname AS name, n.oid AS schema,
    CASE c.relkind WHEN 'v' THEN 'view:' WHEN 'm' THEN 'matview:' WHEN 'S' THEN 'sequence:' ELSE 'table:' END || n.nspname || '.' || c.relname AS object
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND c.relpersistence <> 't' AND NOT c.relispartition
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'devenv') AND n.nspname !~ '^pg_(temp|toast_temp)_'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')),
held AS (
  SELECT o.oid AS role, o.rolname, r.*, p.command, p.letter,
    r.relrowsecurity AND NOT o.rolbypassrls AND (r.relforcerowsecurity OR NOT pg_has_role(o.oid, r.relowner, 'USAGE')) AS guarded,
    p.command <> 'SELECT' AND (r.relkind = 'm' OR r.relkind = 'v' AND pg_relation_is_updatable(r.oid, true) & p.event = 0) AS idle
  FROM rel r JOIN pg_roles w ON w.oid = r.relowner AND (r.relacl IS NOT NULL OR NOT w.rolsuper) CROSS JOIN roles o
  CROSS JOIN (VALUES ('SELECT', 'r', 0), ('INSERT', 'a', 8), ('UPDATE', 'w', 4), ('DELETE', 'd', 16)) p(command, letter, event)
  WHERE r.relkind <> 'S' AND has_schema_privilege(o.oid, r.schema, 'USAGE') AND has_table_privilege(o.oid, r.oid, p.command)),
fn AS (
  SELECT p.oid, p.proowner, n.oid AS schema, 'function:' || n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS object
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'devenv') AND p.prorettype <> 'trigger'::regtype
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i')))
SELECT 'right', rolname::text, object, string_agg(command, ' ' ORDER BY command), coalesce(string_agg(command, ' ' ORDER BY command) FILTER (WHERE NOT idle AND (NOT guarded OR EXISTS (
    SELECT FROM pg_policy y WHERE y.polrelid = h.oid AND y.polpermissive AND y.polcmd::text IN ('*', h.letter)
      AND EXISTS (SELECT FROM unnest(y.polroles) u WHERE u = 0 OR pg_has_role(h.role, u, 'USAGE'))))), '') FROM held h GROUP BY 2, 3
UNION ALL
SELECT 'right', o.rolname, r.object, 'USAGE', 'USAGE' FROM rel r CROSS JOIN roles o
  WHERE r.relkind = 'S' AND has_schema_privilege(o.oid, r.schema, 'USAGE') AND (has_sequence_privilege(o.oid, r.oid, 'USAGE')
    OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'i'
      AND has_table_privilege(o.oid, d.refobjid, 'INSERT')))
UNION ALL
SELECT 'right', o.rolname, f.object, 'EXECUTE', 'EXECUTE' FROM fn f CROSS JOIN roles o
  WHERE has_schema_privilege(o.oid, f.schema, 'USAGE') AND has_function_privilege(o.oid, f.oid, 'EXECUTE')
UNION ALL
SELECT 'right', o.rolname, 'schema:' || n.nspname, 'USAGE', 'USAGE' FROM pg_namespace n CROSS JOIN roles o
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'devenv') AND n.nspname !~ '^pg_' AND has_schema_privilege(o.oid, n.oid, 'USAGE')
UNION ALL
SELECT 'right', o.rolname, 'column:' || r.name || '.' || a.attname, string_agg(p.command, ' ' ORDER BY p.command), ''
  FROM rel r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attacl IS NOT NULL AND NOT a.attisdropped CROSS JOIN roles o
  CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('REFERENCES')) p(command)
  WHERE r.relkind IN ('r', 'p', 'f') AND has_schema_privilege(o.oid, r.schema, 'USAGE') AND NOT has_table_privilege(o.oid, r.oid, p.command)
    AND has_column_privilege(o.oid, r.oid, a.attnum, p.command) GROUP BY 2, 3
UNION ALL
SELECT 'role', rolname, '', rolcanlogin::text, expired::text FROM roles
UNION ALL
SELECT 'ends', '', '', '', '' FROM roles WHERE ends
UNION ALL
SELECT 'owner', '', object, pg_get_userbyid(relowner), '' FROM rel
UNION ALL
SELECT 'owner', '', object, pg_get_userbyid(proowner), '' FROM fn
UNION ALL
SELECT 'setting', pg_get_userbyid(s.setrole), split_part(c, '=', 1), c, '' FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c
  WHERE s.setdatabase = 0 AND s.setrole <> 0`

// ReadAccess reads what roles may do.
func ReadAccess(ctx context.Context, conn *pgx.Conn) (Access, error) {
	a := Access{
		Rights: map[Grant]string{}, Open: map[Grant]string{}, Roles: map[string]bool{}, Expired: map[string]bool{}, Owners: map[string]string{},
		Settings: map[string]string{},
	}
	err := query.Read(ctx, conn, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, accessRows, pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			return err
		}
		var kind, role, object, value, other string
		_, err = pgx.ForEachRow(rows, []any{&kind, &role, &object, &value, &other}, func() error {
			switch kind {
			case "right":
				a.Rights[Grant{role, object}], a.Open[Grant{role, object}] = value, other
			case "role":
				a.Roles[role], a.Expired[role] = value == "true", other == "true"
			case "ends":
				a.Ends = true
			case "owner":
				a.Owners[object] = value
			case "setting":
				a.Settings["role "+role+"."+object] = value
			}
			return nil
		})
		return err
	})
	if err != nil {
		return a, fmt.Errorf("read what roles may do: %w", err)
	}
	return a, nil
}

// writes reports whether a role may write to any table: the application does.
func (a Access) writes(role string) bool {
	for grant, rights := range a.Rights {
		if grant.Role == role && strings.HasPrefix(grant.Object, "table:") && rights != "SELECT" {
			return true
		}
	}
	return false
}

// with returns the words that are in a list.
func with(words []string, list string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return !slices.Contains(strings.Fields(list), word) })
}

// without returns the words of was that is lacks.
func without(was, is string) []string {
	var lost []string
	for _, word := range strings.Fields(was) {
		if !strings.Contains(" "+is+" ", " "+word+" ") {
			lost = append(lost, word)
		}
	}
	return lost
}
