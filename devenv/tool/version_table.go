package tool

import (
	"devenv/devenv/database/query"
	"devenv/migrations"
)

// VersionTable is the table that a tool keeps in a database, and that is no table of the application.
func VersionTable(kind migrations.Kind) query.VersionTable {
	return query.VersionTable{Name: kind.VersionTable, Column: kind.VersionColumn}
}

// VersionTable is the tool's own.
func (t *Tool) VersionTable() query.VersionTable { return VersionTable(t.settings.Kind) }
