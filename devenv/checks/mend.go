package checks

import (
	"fmt"
	"strings"

	"devenv/devenv/database"
	"devenv/migrations"
)

// mend is the code that makes a failed upgrade work, with the failure's own names in it.
func mend(f *migrations.Failure, rows database.Offending) string {
	switch f.SQLState {
	case "23502":
		return mendNotNull(f)
	case "23505":
		return "make the values unique first, in this revision; the rows that collide:\n    " + query(rows)
	case "23503":
		return "repair or remove the rows that point nowhere first, in this revision; they are:\n    " + query(rows)
	case "23514":
		return "repair the rows that break the CHECK first, in this revision; they are:\n    " + query(rows)
	case "22001", "22003", "22P02", "22008", "22007":
		return "convert or repair the values that do not fit first, in this revision:\n    op.execute(\"UPDATE … SET … WHERE …\")"
	case "42710", "42P07", "42701":
		return "the object exists already: drop it in the downgrade that left it, or create it with checkfirst=True"
	case "55P04":
		return "a new enum value can be used only after its transaction: put ADD VALUE into\n    with op.get_context().autocommit_block():"
	case "25001":
		return "this statement cannot run in a transaction: put it into\n    with op.get_context().autocommit_block():"
	}
	return "edit the revision, then: devenv test-migration"
}

func query(rows database.Offending) string {
	if rows.Query == "" {
		return "op.execute(\"UPDATE … SET … WHERE …\")"
	}
	return rows.Query
}

// mendNotNull is the three-step form of a NOT NULL column: nullable, filled, restricted.
func mendNotNull(f *migrations.Failure) string {
	if f.Table == "" || f.Column == "" {
		return "give the column a server_default, or fill it before it becomes NOT NULL"
	}
	schema := ""
	if f.Schema != "" && f.Schema != "public" {
		schema = fmt.Sprintf(", schema=%q", f.Schema)
	}
	table := f.Table
	if schema != "" {
		table = f.Schema + "." + f.Table
	}
	lines := []string{
		"fill the column before it becomes NOT NULL:",
		fmt.Sprintf("    op.execute(\"UPDATE %s SET %s = … WHERE %s IS NULL\")", table, f.Column, f.Column),
		fmt.Sprintf("    op.alter_column(%q, %q, nullable=False%s)", f.Table, f.Column, schema),
	}
	if strings.Contains(strings.ToUpper(f.Statement), "ADD COLUMN") {
		lines[0] = "add the column nullable, fill it, then restrict it:"
		add := fmt.Sprintf("    op.add_column(%q, sa.Column(%q, …, nullable=True)%s)", f.Table, f.Column, schema)
		lines = append(lines[:1], append([]string{add}, lines[1:]...)...)
	}
	return strings.Join(lines, "\n")
}
