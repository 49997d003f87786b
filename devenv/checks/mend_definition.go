package checks

import (
	"fmt"
	"regexp"
	"strings"

	"devenv/devenv/database/offending"
	"devenv/devenv/database/query"
	"devenv/migrations"
)

// mendDefinition is the mend of a failure that no row is behind.
func mendDefinition(f *migrations.Failure, rows offending.Found) string {
	switch f.SQLState {
	case "42710", "42P07", "42701":
		return mendExisting(f)
	case "42804":
		return mendCast(f, rows)
	case "0A000", "2BP01":
		return mendDependent(f)
	case "42704":
		if m := regexp.MustCompile(`constraint "[^"]+" of relation "([^"]+)" does not exist`).FindStringSubmatch(f.Message); m != nil {
			return constraintNames(m[1])
		}
	case "55P04":
		return "a new enum value can be used only after its transaction: put ADD VALUE into\n    with op.get_context().autocommit_block():"
	case "25001":
		return "this statement cannot run in a transaction: put it into\n    with op.get_context().autocommit_block():"
	case "54000":
		return "index a part or a digest of the value instead:\n    op.create_index(…, [sa.text(\"md5(" + orDots(rows.Column) + ")\")])"
	case "55006":
		return "let the deferred checks run before the table is altered:\n    op.execute(\"SET CONSTRAINTS ALL IMMEDIATE\")"
	case "":
		return mendPython(f)
	}
	return editAndTry
}

const editAndTry = "edit the revision, then: devenv test-migration"

// mendExisting is the mend of creating what is there already.
func mendExisting(f *migrations.Failure) string {
	if strings.HasPrefix(f.Message, "enum label ") {
		statement := regexp.MustCompile(`(?i)\bADD\s+VALUE\b`).ReplaceAllLiteralString(strings.TrimSpace(f.Statement), "ADD VALUE IF NOT EXISTS")
		return "an enum's value cannot be taken away again; let the next upgrade find it there:\n    " + execute(statement)
	}
	return "the object exists already: drop it in the downgrade that left it, or create it with checkfirst=True"
}

// mendCast is the mend of a type that Postgres does not convert by itself, or whose default it does not.
func mendCast(f *migrations.Failure, rows offending.Found) string {
	column := orDots(rows.Column)
	kind := regexp.MustCompile(`to type ([\w ]+)$`).FindStringSubmatch(f.Message)
	table := fmt.Sprintf("op.alter_column(%q, %q", orDots(rows.Table), column)
	schema := ""
	if rows.Schema != "" && rows.Schema != "public" {
		schema = fmt.Sprintf(", schema=%q", rows.Schema)
	}
	switch {
	case strings.HasPrefix(f.Message, "default for column"):
		sql := "ALTER TABLE " + query.Table(rows.Schema, orDots(rows.Table)) + " ALTER COLUMN " + query.Identifier(column)
		return "take the default away, convert, and set it anew:\n    " + execute(sql+" DROP DEFAULT") + "\n    …\n    " + execute(sql+" SET DEFAULT '…'")
	case kind == nil:
		return editAndTry
	}
	return fmt.Sprintf("say how the values are converted:\n    %s, type_=…, postgresql_using=%q%s)", table, query.Identifier(column)+"::"+kind[1], schema)
}

// mendDependent is the mend of changing what something else depends on.
func mendDependent(f *migrations.Failure) string {
	m := regexp.MustCompile(`(?m)\b(materialized )?view ("[^"]+"|[\w$.]+) depends on`).FindStringSubmatch(f.Detail)
	switch {
	case m != nil:
		view := strings.ToUpper(m[1]) + "VIEW " + m[2]
		return "take the view away before, and make it anew after:\n    " + execute("DROP "+view) + "\n    …\n    " + execute("CREATE "+view+" AS …")
	case f.SQLState == "2BP01":
		return "drop or change first what depends on it: " + strings.Join(strings.Split(f.Detail, "\n"), "; ")
	}
	return editAndTry
}

// mendPython is the mend of a revision whose Python fails.
func mendPython(f *migrations.Failure) string {
	if m := regexp.MustCompile(`name '(\w+)' is not defined`).FindStringSubmatch(f.Message); m != nil {
		return "import what the file uses, above upgrade():\n    import " + m[1]
	}
	if m := regexp.MustCompile(`table=Table\('([^']+)'.*it has no name`).FindStringSubmatch(f.Message); m != nil {
		return constraintNames(m[1])
	}
	if strings.Contains(f.Message, "it has no name") {
		return "write the name that Postgres has; it is one of:\n    SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint"
	}
	return editAndTry
}

// constraintNames says how to find the name that Postgres has for a constraint.
func constraintNames(table string) string {
	return fmt.Sprintf("write the name that Postgres has; it is one of:\n    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '%s'::regclass",
		strings.ReplaceAll(query.Identifier(table), "'", "''"))
}
