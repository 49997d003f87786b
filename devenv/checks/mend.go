package checks

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/offending"
	"devenv/devenv/database/query"
	"devenv/migrations"
)

// mend returns the code that makes a failed upgrade work, with the names from the failure filled in.
func (m mender) mend(f *migrations.Failure, rows offending.Found) string {
	if strings.HasPrefix(f.Message, "value for domain ") || strings.HasPrefix(f.Message, "domain ") {
		return "repair the values that do not fit first, in this revision:\n    " + m.update(rows, "…")
	}
	switch f.SQLState {
	case "23502":
		return m.notNull(f)
	case "23505":
		return m.repair("make the values unique first, in this revision", "the rows that collide", rows)
	case "23503":
		return "first repair or remove the rows that reference nothing, in this revision:\n    " + m.update(rows, "NULL")
	case "23514":
		if rest, ok := strings.CutPrefix(f.Message, "no partition of relation "); ok {
			name, _, _ := strings.Cut(strings.TrimPrefix(rest, `"`), `"`)
			return "first create the partition that these rows belong to, or a default one:\n    " +
				m.execute("CREATE TABLE … PARTITION OF "+query.Table(f.Schema, name)+" DEFAULT")
		}
		if strings.HasPrefix(f.Message, "updated partition constraint for default partition ") {
			return m.repair("first move these rows out of the default partition, in this revision", "they are", rows)
		}
		return m.repair("repair the rows that break the CHECK first, in this revision", "they are", rows)
	case "23P01":
		return m.repair("first move the overlapping rows apart, in this revision", "they are", rows)
	case "40P01":
		return "run all of the migration's statements on its own connection, or let the other one commit before"
	case "22001", "22003", "22P02", "22008", "22007":
		return "repair the values that do not fit first, in this revision:\n    " + m.update(rows, "…")
	}
	return m.definition(f, rows)
}

func orDots(name string) string {
	if name == "" {
		return "…"
	}
	return name
}

// repair returns what to do about rows, with the query that finds them or, failing that, a template to fill in.
func (m mender) repair(todo, which string, rows offending.Found) string {
	if rows.Query == "" {
		return todo + ":\n    " + m.execute("UPDATE … SET … WHERE …")
	}
	return todo + "; " + which + ":\n    " + rows.Query
}

// update returns an UPDATE of the rows that a query on one table finds; unknown parts are left for the reader to fill
// in.
func (m mender) update(rows offending.Found, value string) string {
	from, where, ok := strings.Cut(strings.TrimPrefix(rows.Query, "SELECT * FROM "), " WHERE ")
	switch {
	case rows.Column == "":
		return m.execute("UPDATE … SET … WHERE …")
	case !ok:
		from, where = query.Table(rows.Schema, rows.Table), "…"
	}
	return m.execute(fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s", from, query.Identifier(rows.Column), value, where))
}

// notNull returns how to add a NOT NULL column in three steps: nullable, filled, restricted.
func (m mender) notNull(f *migrations.Failure) string {
	if f.Table == "" || f.Column == "" {
		return "give the column a " + m.Words().Default + ", or fill it before it becomes NOT NULL"
	}
	if strings.HasPrefix(f.Message, "null value in column") {
		return "the statement writes no value into " + f.Table + "." + f.Column +
			"; if it takes one from another table, make it write only what is there:\n    " +
			m.execute(fmt.Sprintf("INSERT INTO %s (…) SELECT … FROM … WHERE …", query.Table(f.Schema, f.Table)))
	}
	quoted := query.Identifier(f.Column)
	lines := []string{
		"fill the column before it becomes NOT NULL:",
		m.execute(fmt.Sprintf("UPDATE %s SET %s = … WHERE %s IS NULL", query.Table(f.Schema, f.Table), quoted, quoted)),
		m.Code(column(migrations.ProposeNotNull, f.Schema, f.Table, f.Column, "ALTER COLUMN "+quoted+" SET NOT NULL")),
	}
	if kind, added := addedType(f.Statement); added {
		add := column(migrations.ProposeColumn, f.Schema, f.Table, f.Column, "ADD COLUMN "+quoted+" "+kind)
		add.Type = kind
		lines = slices.Insert(lines, 1, m.Code(add))
		lines[0] = "add the column nullable, fill it, then restrict it:"
	}
	return strings.Join(lines, "\n    ")
}
