package checks

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"strings"

	"devenv/devenv/database/offending"
	"devenv/devenv/database/query"
	"devenv/migrations"
)

// definition returns how to fix a failure that no row causes.
func (m mender) definition(f *migrations.Failure, rows offending.Found) string {
	switch f.SQLState {
	case "42710", "42P07", "42701":
		return m.existing(f)
	case "42804":
		return m.cast(f, rows)
	case "0A000", "2BP01":
		return m.dependent(f)
	case "42704":
		if named := regexp.MustCompile(`constraint "[^"]+" of relation "([^"]+)" does not exist`).FindStringSubmatch(f.Message); named != nil {
			return constraintNames(named[1])
		}
	case "55P04":
		return "a new enum value can be used only after its transaction has been committed: put ADD VALUE into\n    " + m.Alone("")
	case "25001":
		return "this statement cannot run in a transaction: put it into\n    " + m.Alone("")
	case "54000":
		digest := "md5(" + orDots(rows.Column) + ")"
		return "index a part of the value, or a digest of it, instead:\n    " +
			m.Code(migrations.Proposal{Kind: migrations.ProposeIndex, Value: digest, SQL: "CREATE INDEX … ON … (" + digest + ")"})
	case "55006":
		return "run the deferred checks before altering the table:\n    " + m.execute("SET CONSTRAINTS ALL IMMEDIATE")
	case "":
		return cmp.Or(m.Mend(f), correct(f), editAndTry)
	}
	return editAndTry
}

// correct returns what to do about code that fails before any revision runs; empty for a revision's own.
func correct(f *migrations.Failure) string {
	if !f.BeforeRevisions() {
		return ""
	}
	where := "that code"
	if f.File != "" && !path.IsAbs(f.File) {
		where = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	return "no revision has run: correct " + where + ", then: devenv test-migration"
}

const editAndTry = "edit the revision, then: devenv test-migration"

// existing returns how to fix a statement that creates something that already exists.
func (m mender) existing(f *migrations.Failure) string {
	if strings.HasPrefix(f.Message, "enum label ") {
		statement := regexp.MustCompile(`(?i)\bADD\s+VALUE\b`).ReplaceAllLiteralString(
			strings.TrimSpace(f.Statement), "ADD VALUE IF NOT EXISTS",
		)
		return "an enum value cannot be removed; let the next upgrade find it in place:\n    " + m.execute(statement)
	}
	return "the object exists already: drop it in the downgrade that left it, or create it with " + m.Words().IfAbsent
}

// cast returns how to fix a change of type when Postgres cannot convert the values, or the default, by itself.
func (m mender) cast(f *migrations.Failure, rows offending.Found) string {
	table, name := orDots(rows.Table), orDots(rows.Column)
	kind := regexp.MustCompile(`to type ([\w ]+)$`).FindStringSubmatch(f.Message)
	switch {
	case strings.HasPrefix(f.Message, "default for column"):
		sql := "ALTER TABLE " + query.Table(rows.Schema, table) + " ALTER COLUMN " + query.Identifier(name)
		return "drop the default, convert the column, and set the default again:\n    " + m.execute(sql+" DROP DEFAULT") +
			"\n    …\n    " + m.execute(sql+" SET DEFAULT '…'")
	case kind == nil:
		return editAndTry
	}
	convert := column(migrations.ProposeType, rows.Schema, table, name, "ALTER COLUMN "+query.Identifier(name)+" TYPE "+kind[1])
	convert.Value = query.Identifier(name) + "::" + kind[1]
	convert.SQL += " USING " + convert.Value
	return "say how the values are converted:\n    " + m.Code(convert)
}

// dependent returns how to change an object that others depend on.
func (m mender) dependent(f *migrations.Failure) string {
	found := regexp.MustCompile(`(?m)\b(materialized )?view ("[^"]+"|[\w$.]+) depends on`).FindStringSubmatch(f.Detail)
	switch {
	case found != nil:
		view := strings.ToUpper(found[1]) + "VIEW " + found[2]
		return "drop the view first, and recreate it afterwards:\n    " + m.execute("DROP "+view) +
			"\n    …\n    " + m.execute("CREATE "+view+" AS …")
	case f.SQLState == "2BP01":
		return "first drop or change what depends on it: " + strings.Join(strings.Split(f.Detail, "\n"), "; ")
	}
	return editAndTry
}

// constraintNames returns a query for the names of a table's constraints.
func constraintNames(table string) string {
	return fmt.Sprintf("use the name that the constraint has in Postgres; it is one of:\n"+
		"    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '%s'::regclass",
		strings.ReplaceAll(query.Identifier(table), "'", "''"))
}
