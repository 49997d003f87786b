package catalog

import (
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/query"
)

// Loss is an object that was dropped along with a change of the schema. Drop is the statement that drops it by name.
type Loss struct {
	// Object is its name in the catalog: "view:public.v", "trigger:public.t.name", ….
	Object     string
	Definition string
	Drop       string
}

// Label returns the object's name without its kind and arguments: public.v.
func (l Loss) Label() string {
	_, label, _ := strings.Cut(l.Object, ":")
	label, _, _ = strings.Cut(label, "(")
	return label
}

// Kind returns the kind of the object, in words.
func (l Loss) Kind() string {
	kind, _, _ := strings.Cut(l.Object, ":")
	if kind == "matview" {
		return "materialised view"
	}
	return kind
}

// Collateral returns the views, materialized views, functions, sequences, triggers, policies and rules that are in
// the catalog, missing in after, and named by none of the statements in between: CASCADE dropped them too. It leaves
// out what was dropped with its parent object, and what was in a schema that was dropped or renamed.
func (c Catalog) Collateral(after Catalog, statements []string) []Loss {
	var losses []Loss
	for _, d := range c.Diff(after) {
		drop := c.dropping(d.Object)
		if d.Is != "" || drop == "" || !c.schemaStays(d.Object, after) {
			continue
		}
		if !slices.ContainsFunc(statements, naming(plainName(d.Object)).MatchString) {
			losses = append(losses, Loss{Object: d.Object, Definition: d.Was, Drop: drop})
		}
	}
	return losses
}

// dropping returns the statement that drops an object by name, empty for kinds that CASCADE does not drop.
func (c Catalog) dropping(object string) string {
	kind, label, _ := strings.Cut(object, ":")
	kinds := map[string]string{
		"view": "VIEW", "matview": "MATERIALIZED VIEW", "function": "ROUTINE", "sequence": "SEQUENCE",
		"trigger": "TRIGGER", "policy": "POLICY", "rule": "RULE",
	}
	switch kind {
	case "view", "matview", "sequence":
		schema, name, _ := strings.Cut(label, ".")
		return "DROP " + kinds[kind] + " " + query.Table(schema, name)
	case "function": // the catalog has its name and arguments as Postgres writes them
		return "DROP " + kinds[kind] + " " + label
	case "trigger", "policy", "rule":
		_, on, _ := strings.Cut(c.Objects[object].Parent, ":")
		schema, table, _ := strings.Cut(on, ".")
		name := strings.TrimPrefix(label, on+".")
		return "DROP " + kinds[kind] + " " + query.Identifier(name) + " ON " + query.Table(schema, table)
	}
	return ""
}

// schemaStays reports whether both catalogs have the object's schema, or neither has because it is not listed.
func (c Catalog) schemaStays(object string, after Catalog) bool {
	_, label, _ := strings.Cut(object, ":")
	schema, _, _ := strings.Cut(label, ".")
	_, was := c.Objects["schema:"+schema]
	_, is := after.Objects["schema:"+schema]
	return !was || is
}

// plainName returns an object's name without kind, schema, table and arguments.
func plainName(object string) string {
	object, _, _ = strings.Cut(object, "(")
	return object[strings.LastIndexAny(object, ".:")+1:]
}

// naming returns a pattern for statements that contain a name as a word.
func naming(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|[^\w$])` + regexp.QuoteMeta(name) + `($|[^\w$])`)
}
