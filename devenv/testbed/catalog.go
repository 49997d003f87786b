package testbed

import (
	"context"
	"strings"

	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
)

// Catalog returns a database's schema. The names in it are no secrets, whatever passwords are called.
func (b *Testbed) Catalog(ctx context.Context, s *database.Server) (catalog.Catalog, error) {
	schema, err := database.Ask(ctx, s, catalog.Read)
	b.Redactor.Keep(namesIn(schema)...)
	return schema, err
}

// Shape returns what rows of a database's tables must look like.
func Shape(ctx context.Context, s *database.Server) (catalog.Shape, error) {
	return database.Ask(ctx, s, catalog.ReadShape)
}

// Fingerprint returns what a database's rows come to.
func Fingerprint(ctx context.Context, s *database.Server) (data.Fingerprint, error) {
	return database.Ask(ctx, s, data.Take)
}

// namesIn returns the names of a catalog's objects: of schemas, tables, columns, ….
func namesIn(c catalog.Catalog) []string {
	var names []string
	for object := range c.Objects {
		_, name, _ := strings.Cut(object, ":")
		names = append(names, strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == ':' || r == '(' })...)
	}
	return names
}
