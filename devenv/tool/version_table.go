package tool

import (
	"devenv/devenv/database/query"
	"devenv/migrations"
)

// VersionTable returns the table in which a tool keeps a database's version; it is not one of the application's.
func VersionTable(kind migrations.Kind) query.VersionTable {
	return query.VersionTable{Name: kind.VersionTable, Column: kind.VersionColumn}
}

// VersionTable returns the tool's own version table.
func (t *Tool) VersionTable() query.VersionTable { return VersionTable(t.settings.Kind) }
