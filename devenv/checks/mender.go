package checks

import (
	"strings"

	"devenv/devenv/database/query"
	"devenv/migrations"
)

// mender writes hints on how to fix what was found, in the migration tool's own code.
type mender struct{ migrations.Snippets }

// mender returns the mender for the project's migration tool.
func (f *Facts) mender() mender {
	if f.Snippets == nil {
		return mender{migrations.SQL{}}
	}
	return mender{f.Snippets}
}

// execute returns code that runs a statement in a revision.
func (m mender) execute(sql string) string { return m.Code(migrations.Proposal{SQL: sql}) }

// waiver returns the comment that allows what a check found.
func (m mender) waiver(what string) string {
	return m.Words().Comment + " devenv: allow " + what + " -- reason"
}

// shortened returns as much of an id as the tool accepts.
func (m mender) shortened(id string) string {
	if longest := m.Words().LongestID; longest > 0 && longest < len(id) {
		return id[:longest]
	}
	return "…"
}

// follow returns how to make a file's revision follow others.
func (m mender) follow(file string, parents ...string) string {
	return m.Header(file, migrations.Revision{Down: parents})
}

// rename returns code that renames instead of dropping and adding.
func (m mender) rename(r migrations.Rename, comment string) string {
	p := migrations.Proposal{
		Kind: migrations.ProposeColumnName, Schema: r.Schema, Table: r.Table, Name: r.From, Value: r.To, Comment: comment,
	}
	if r.Kind == migrations.MoveTable {
		return m.execute("ALTER TABLE " + query.Table(r.Schema, r.From) + " SET SCHEMA " + query.Identifier(r.To))
	}
	if r.Kind == migrations.RenameTable {
		p.Kind, p.Table, p.Name = migrations.ProposeTableName, r.From, ""
		p.SQL = "ALTER TABLE " + query.Table(r.Schema, r.From) + " RENAME TO " + query.Identifier(r.To)
		return m.Code(p)
	}
	p.SQL = "ALTER TABLE " + query.Table(r.Schema, r.Table) + " RENAME COLUMN " + query.Identifier(r.From) + " TO " + query.Identifier(r.To)
	return m.Code(p)
}

// moveType returns code that moves a type to another schema.
func (m mender) moveType(t migrations.MovedType) string {
	return m.execute("ALTER TYPE " + query.Table(t.From, t.Name) + " SET SCHEMA " + query.Identifier(t.To))
}

// column returns a proposal for a column; action is what follows ALTER TABLE.
func column(kind migrations.ProposalKind, schema, table, name, action string) migrations.Proposal {
	return migrations.Proposal{
		Kind: kind, Schema: schema, Table: table, Name: name, SQL: "ALTER TABLE " + query.Table(schema, table) + " " + action,
	}
}

// indented returns code indented for a hint.
func indented(code string) string { return "    " + strings.ReplaceAll(code, "\n", "\n    ") }
