package query

import "fmt"

// VersionTable is the table in which a migration tool records a database's revision; it does not belong to the
// application. A table of any name whose only column is Column counts as well. The zero value matches no table.
type VersionTable struct{ Name, Column string }

// Is returns an SQL condition on c, a row of pg_class.
func (v VersionTable) Is() string {
	if v.Name == "" {
		return "false"
	}
	return fmt.Sprintf(`(c.relname = %s OR c.relkind IN ('r', 'p') AND (SELECT array_agg(a.attname::text) FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) IS NOT DISTINCT FROM ARRAY[%s])`, Literal(v.Name), Literal(v.Column))
}
