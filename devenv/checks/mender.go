package checks

import (
	"strings"

	"devenv/devenv/database/query"
	"devenv/migrations"
)

// mender says in hints how to mend what was found, in the migration tool's own code.
type mender struct{ migrations.Snippets }

// mender returns the one of the project's tool.
func (f *Facts) mender() mender {
	if f.Snippets == nil {
		return mender{migrations.SQL{}}
	}
	return mender{f.Snippets}
}

// execute is a statement in a revision.
func (m mender) execute(sql string) string { return m.Code(migrations.Proposal{SQL: sql}) }

// waiver is the comment that allows what a check found, in a hint.
func (m mender) waiver(what string) string {
	return m.Words().Comment + " devenv: allow " + what + " -- reason"
}

// shortened is as much of an id as the tool takes.
func (m mender) shortened(id string) string {
	if longest := m.Words().LongestID; longest > 0 && longest < len(id) {
		return id[:longest]
	}
	return "…"
}

// follow is how a file's revision comes to follow another.
func (m mender) follow(file, parent string) string {
	return m.Header(file, migrations.Revision{Down: []string{parent}})
}

// rename is the code that renames instead of dropping and adding.
func (m mender) rename(r migrations.Rename, comment string) string {
	p := migrations.Proposal{Kind: migrations.ProposeColumnName, Schema: r.Schema, Table: r.Table, Name: r.From, Value: r.To, Comment: comment}
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

// column is a proposal for a column, with what follows ALTER TABLE.
func column(kind migrations.ProposalKind, schema, table, name, action string) migrations.Proposal {
	return migrations.Proposal{Kind: kind, Schema: schema, Table: table, Name: name, SQL: "ALTER TABLE " + query.Table(schema, table) + " " + action}
}

// indented is code as a hint shows it.
func indented(code string) string { return "    " + strings.ReplaceAll(code, "\n", "\n    ") }
