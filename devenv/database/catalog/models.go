package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/query"
)

// PrepareModels gives an empty database what the models' schema may rest on and models do not create: the schemas, the
// extensions and the functions of a catalog. A function that cannot be made there (it names a table) is left out.
func PrepareModels(ctx context.Context, conn *pgx.Conn, from Catalog) error {
	for _, name := range from.named("schema:") {
		if _, err := conn.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+query.Quote(name)); err != nil {
			return fmt.Errorf("make schema %s for the models: %w", name, err)
		}
	}
	for _, name := range from.named("extension:") {
		if _, err := conn.Exec(ctx, extensionStatement(name, from.Objects["extension:"+name])); err != nil {
			return fmt.Errorf("make extension %s for the models: %w", name, err)
		}
	}
	if _, err := conn.Exec(ctx, "SET check_function_bodies = off"); err != nil {
		return err
	}
	for _, name := range from.named("function:") {
		if _, err := conn.Exec(ctx, from.Objects["function:"+name].Definition); err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// extensionStatement makes an extension in the schema that it is in.
func extensionStatement(name string, o Object) string {
	clause := ""
	if _, schema, _ := strings.Cut(o.Definition, " in "); schema != "pg_catalog" && schema != "" {
		clause = " SCHEMA " + query.Quote(schema)
	}
	return "CREATE EXTENSION IF NOT EXISTS " + query.Quote(name) + clause + " CASCADE"
}

// named returns the names of the objects of a kind, in order.
func (c Catalog) named(kind string) []string {
	var names []string
	for _, object := range slices.Sorted(maps.Keys(c.Objects)) {
		if name, ok := strings.CutPrefix(object, kind); ok {
			names = append(names, name)
		}
	}
	return names
}

// Drift returns where the schema that models describe and the one that migrations made differ, in what models can express.
// Was is the models' side, Is the migrations'. Tables and columns that only one side has are left to autogenerate, which
// always sees them; so are indexes that only the migrations make, and names of constraints and sequences that Postgres or the tool chose. Views, functions, triggers,
// grants and the like count only where the models make them. A default that the database alone has is a difference only
// for a column of the base: to leave one on a new column is good practice.
func (c Catalog) Drift(migrated, base Catalog) []Difference {
	var found []Difference
	for _, name := range slices.Sorted(maps.Keys(c.Objects)) {
		object := c.Objects[name]
		kind, _, _ := strings.Cut(name, ":")
		is, there := migrated.Objects[name]
		switch kind {
		case "column", "table":
			if there {
				_, old := base.Objects[name]
				found = append(found, driftOfParts(name, object.Parts, is.Parts, old)...)
			}
		case "constraint", "index":
			if _, table := migrated.Objects[object.Parent]; kind == "index" && !there && table && !migrated.indexes(object) {
				found = append(found, Difference{Object: name, Was: object.Definition})
			}
			if there && unvalidated(is.Definition) != unvalidated(object.Definition) {
				found = append(found, Difference{Object: name, Was: object.Definition, Is: is.Definition})
			}
		case "sequence":
			found = append(found, c.driftOfSequence(name, migrated)...)
		case "enum", "domain", "type", "collation", "view", "matview", "function", "trigger", "policy", "rule", "statistics":
			if _, table := migrated.Objects[object.Parent]; object.Definition != is.Definition && (object.Parent == "" || table || kind != "trigger") {
				found = append(found, Difference{Object: name, Was: object.Definition, Is: is.Definition})
			}
		}
	}
	found = append(found, c.onlyHere(migrated, false)...)
	return append(found, migrated.onlyHere(c, true)...)
}

// indexes says that an index of a definition is there, under any name.
func (c Catalog) indexes(index Object) bool {
	for name, o := range c.Objects {
		if strings.HasPrefix(name, "index:") && o.Parent == index.Parent && unnamed(o.Definition) == unnamed(index.Definition) {
			return true
		}
	}
	return false
}

// unnamed returns an index's definition without the index's name.
func unnamed(definition string) string {
	kind, _, _ := strings.Cut(definition, " INDEX ")
	_, on, _ := strings.Cut(definition, " ON ")
	return kind + " ON " + on
}

// unvalidated returns a constraint's definition without saying whether the rows were checked.
func unvalidated(definition string) string { return strings.Replace(definition, " NOT VALID", "", 1) }

// onlyHere finds constraints that autogenerate does not look at (CHECK, EXCLUDE, PRIMARY KEY) and that the other side has
// under no name, in tables that both have.
func (c Catalog) onlyHere(other Catalog, mirrored bool) []Difference {
	there := map[string]bool{}
	for name, o := range other.Objects {
		if strings.HasPrefix(name, "constraint:") {
			there[o.Parent+" "+unvalidated(o.Definition)] = true
		}
	}
	var found []Difference
	for _, name := range c.named("constraint:") {
		object := c.Objects["constraint:"+name]
		_, sameName := other.Objects["constraint:"+name]
		_, table := other.Objects[object.Parent]
		unseen := strings.HasPrefix(object.Definition, "CHECK") || strings.HasPrefix(object.Definition, "EXCLUDE") || strings.HasPrefix(object.Definition, "PRIMARY KEY")
		if !unseen || sameName || !table || there[object.Parent+" "+unvalidated(object.Definition)] {
			continue
		}
		d := Difference{Object: "constraint:" + name, Was: object.Definition}
		if mirrored {
			d.Was, d.Is = "", object.Definition
		}
		found = append(found, d)
	}
	return found
}

// driftOfSequence compares a sequence; one that a column owns is the other side's of the same column, whatever its name.
func (c Catalog) driftOfSequence(name string, migrated Catalog) []Difference {
	object := c.Objects[name]
	is, there := migrated.Objects[name]
	if !there && object.Parent != "" {
		for other, o := range migrated.Objects {
			if strings.HasPrefix(other, "sequence:") && o.Parent == object.Parent {
				is, there = o, true
			}
		}
		if !there {
			return nil // the column's default or identity tells
		}
	}
	if object.Definition == is.Definition {
		return nil
	}
	return []Difference{{Object: name, Was: object.Definition, Is: is.Definition}}
}
