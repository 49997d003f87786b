package catalog

import (
	"context"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/query"
)

// CreateLacking creates the type that a statement lacked, by its error, as another catalog has it: an enum, a domain or
// a composite type. It reports whether it did, and does so once only: a type that exists is not lacking.
func CreateLacking(ctx context.Context, conn *pgx.Conn, from Catalog, state, message string) (bool, error) {
	lacking := regexp.MustCompile(`type "([^"]+?)(?:\[\])?" does not exist`).FindStringSubmatch(message)
	if state != "42704" || lacking == nil {
		return false, nil
	}
	for _, object := range from.Names("enum", "domain", "type") {
		_, label, _ := strings.Cut(object, ":")
		schema, name, _ := strings.Cut(label, ".")
		if label != lacking[1] && name != lacking[1] {
			continue
		}
		_, err := conn.Exec(ctx, from.typeStatement(object, query.Quote(schema, name)))
		if err != nil && ctx.Err() != nil {
			return false, ctx.Err()
		}
		return err == nil, nil // one that needs another type stays lacking
	}
	return false, nil
}

// typeStatement returns the statement that creates a type.
func (c Catalog) typeStatement(object, name string) string {
	kind, _, _ := strings.Cut(object, ":")
	o := c.Objects[object]
	definition := o.Definition
	if len(o.Parts) > 0 {
		definition = o.Parts[0]
	}
	switch kind {
	case "enum":
		return "CREATE TYPE " + name + " AS ENUM " + definition
	case "domain":
		check := regexp.MustCompile(`("[^"]+"|\w+) CHECK \(`)
		return "CREATE DOMAIN " + name + " AS " + check.ReplaceAllString(definition, "CONSTRAINT $1 CHECK (")
	}
	return "CREATE TYPE " + name + " AS " + definition
}
