package query

import "fmt"

// VersionTable is where a migration tool holds what a database is at, which is no table of the application. A table of whatever name
// whose only column is Column is one, too. The zero value is none.
type VersionTable struct{ Name, Column string }

// Is is a condition in SQL on c, a row of pg_class.
func (v VersionTable) Is() string {
	if v.Name == "" {
		return "false"
	}
	return fmt.Sprintf(`(c.relname = %s OR c.relkind IN ('r', 'p') AND (SELECT array_agg(a.attname::text) FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) IS NOT DISTINCT FROM ARRAY[%s])`, Literal(v.Name), Literal(v.Column))
}
