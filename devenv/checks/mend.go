package checks

import (
	"fmt"
	"strings"

	"devenv/devenv/database/offending"
	"devenv/devenv/database/query"
	"devenv/migrations"
)

// mend is the code that makes a failed upgrade work, with the failure's own names in it.
func mend(f *migrations.Failure, rows offending.Found) string {
	if strings.HasPrefix(f.Message, "value for domain ") || strings.HasPrefix(f.Message, "domain ") {
		return "repair the values that do not fit first, in this revision:\n    " + update(rows, "…")
	}
	switch f.SQLState {
	case "23502":
		return mendNotNull(f)
	case "23505":
		return repair("make the values unique first, in this revision", "the rows that collide", rows)
	case "23503":
		return "repair or remove the rows that point nowhere first, in this revision:\n    " + update(rows, "NULL")
	case "23514":
		if m, ok := strings.CutPrefix(f.Message, "no partition of relation "); ok {
			name, _, _ := strings.Cut(strings.TrimPrefix(m, `"`), `"`)
			return "make the partition that these rows belong to first, or one for the rest:\n    " + execute("CREATE TABLE … PARTITION OF "+query.Table(f.Schema, name)+" DEFAULT")
		}
		return repair("repair the rows that break the CHECK first, in this revision", "they are", rows)
	case "23P01":
		return repair("move the rows that overlap apart first, in this revision", "they are", rows)
	case "22001", "22003", "22P02", "22008", "22007":
		return "repair the values that do not fit first, in this revision:\n    " + update(rows, "…")
	}
	return mendDefinition(f, rows)
}

func orDots(name string) string {
	if name == "" {
		return "…"
	}
	return name
}

// repair says what to do about rows, with the query that finds them or else a form to fill in.
func repair(todo, which string, rows offending.Found) string {
	if rows.Query == "" {
		return todo + ":\n    " + execute("UPDATE … SET … WHERE …")
	}
	return todo + "; " + which + ":\n    " + rows.Query
}

// update changes the rows that a query of one table finds; what it cannot know is a form to fill in.
func update(rows offending.Found, value string) string {
	from, where, ok := strings.Cut(strings.TrimPrefix(rows.Query, "SELECT * FROM "), " WHERE ")
	switch {
	case rows.Column == "":
		return execute("UPDATE … SET … WHERE …")
	case !ok:
		from, where = query.Table(rows.Schema, rows.Table), "…"
	}
	return execute(fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s", from, query.Identifier(rows.Column), value, where))
}

// execute is a statement in a revision.
func execute(sql string) string {
	quote := `"`
	if strings.Contains(sql, quote) {
		quote = `"""`
	}
	if strings.HasSuffix(sql, `"`) {
		sql += " "
	}
	return "op.execute(" + quote + sql + quote + ")"
}

// schemaArgument names a schema to Alembic, where that is not the usual one.
func schemaArgument(schema string) string {
	if schema == "" || schema == "public" {
		return ""
	}
	return fmt.Sprintf(", schema=%q", schema)
}

// mendNotNull is the three-step form of a NOT NULL column: nullable, filled, restricted.
func mendNotNull(f *migrations.Failure) string {
	if f.Table == "" || f.Column == "" {
		return "give the column a server_default, or fill it before it becomes NOT NULL"
	}
	if strings.HasPrefix(f.Message, "null value in column") {
		return fmt.Sprintf("the statement writes no value into %s.%s; where it takes one from another table, let it write only what is there:\n    ", f.Table, f.Column) +
			execute(fmt.Sprintf("INSERT INTO %s (…) SELECT … FROM … WHERE …", query.Table(f.Schema, f.Table)))
	}
	schema, column := schemaArgument(f.Schema), query.Identifier(f.Column)
	lines := []string{
		"fill the column before it becomes NOT NULL:",
		"    " + execute(fmt.Sprintf("UPDATE %s SET %s = … WHERE %s IS NULL", query.Table(f.Schema, f.Table), column, column)),
		fmt.Sprintf("    op.alter_column(%q, %q, nullable=False%s)", f.Table, f.Column, schema),
	}
	if kind, added := addedType(f.Statement); added {
		lines[0] = "add the column nullable, fill it, then restrict it:"
		add := fmt.Sprintf("    op.add_column(%q, sa.Column(%q, %s, nullable=True)%s)", f.Table, f.Column, kind, schema)
		lines = append(lines[:1], append([]string{add}, lines[1:]...)...)
	}
	return strings.Join(lines, "\n")
}
