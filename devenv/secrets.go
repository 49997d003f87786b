package devenv

import (
	"context"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/redact"
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

// redactedAsker puts questions without secrets.
type redactedAsker struct {
	to       Asker
	redactor *redact.Redactor
}

// Choose asks which option it is.
func (a redactedAsker) Choose(ctx context.Context, question string, options []string) (int, error) {
	return a.to.Choose(ctx, a.redactor.Text(question), redact.Said(a.redactor, options))
}

// Confirm asks whether it is so.
func (a redactedAsker) Confirm(ctx context.Context, question string) (bool, error) {
	return a.to.Confirm(ctx, a.redactor.Text(question))
}
