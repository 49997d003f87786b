package devenv

import (
	"strings"

	"devenv/devenv/database/catalog"
)

// namesIn are the names of a catalog's objects: of schemas, tables, columns, ….
func namesIn(c catalog.Catalog) []string {
	var names []string
	for object := range c.Objects {
		_, name, _ := strings.Cut(object, ":")
		names = append(names, strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == ':' || r == '(' })...)
	}
	return names
}
