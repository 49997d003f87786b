package testbed

import (
	"context"
	"strings"

	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/database/query"
	"devenv/devenv/tool"
)

// Catalog returns a database's schema. Its names are not secrets, even if a password equals one.
func (b *Testbed) Catalog(ctx context.Context, s *database.Server) (catalog.Catalog, error) {
	schema, err := database.Ask(ctx, s, catalog.Read(b.VersionTable()))
	b.Redactor.Keep(namesIn(schema)...)
	return schema, err
}

// Shape returns what rows of a database's tables must look like.
func (b *Testbed) Shape(ctx context.Context, s *database.Server) (catalog.Shape, error) {
	return database.Ask(ctx, s, catalog.ReadShape(b.VersionTable()))
}

// Fingerprint returns a digest of a database's rows.
func (b *Testbed) Fingerprint(ctx context.Context, s *database.Server) (data.Fingerprint, error) {
	return database.Ask(ctx, s, data.Take(b.VersionTable()))
}

// VersionTable is the migration tool's, known before it runs.
func (b *Testbed) VersionTable() query.VersionTable {
	return tool.VersionTable(b.Project.Migrations.Kind)
}

// namesIn returns the names of a catalog's objects: schemas, tables, columns and so on.
func namesIn(c catalog.Catalog) []string {
	var names []string
	for object := range c.Objects {
		_, name, _ := strings.Cut(object, ":")
		names = append(names, strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == ':' || r == '(' })...)
	}
	return names
}
