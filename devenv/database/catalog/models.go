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

// PrepareModels creates in an empty database what the models' schema may depend on but models do not create: the
// schemas, extensions and functions of a catalog. It leaves out functions that cannot be created there, for example
// because they name a table.
func PrepareModels(ctx context.Context, conn *pgx.Conn, from Catalog) error {
	for _, name := range from.named("schema:") {
		if _, err := conn.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+query.Quote(name)); err != nil {
			return fmt.Errorf("create schema %s for the models: %w", name, err)
		}
	}
	for _, name := range from.named("extension:") {
		if _, err := conn.Exec(ctx, extensionStatement(name, from.Objects["extension:"+name])); err != nil {
			return fmt.Errorf("create extension %s for the models: %w", name, err)
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

// extensionStatement returns the statement that creates an extension in its schema.
func extensionStatement(name string, o Object) string {
	clause := ""
	if _, schema, _ := strings.Cut(o.Definition, " in "); schema != "pg_catalog" && schema != "" {
		clause = " SCHEMA " + query.Quote(schema)
	}
	return "CREATE EXTENSION IF NOT EXISTS " + query.Quote(name) + clause + " CASCADE"
}

// named returns the sorted names of the objects of a kind.
func (c Catalog) named(kind string) []string {
	var names []string
	for _, object := range slices.Sorted(maps.Keys(c.Objects)) {
		if name, ok := strings.CutPrefix(object, kind); ok {
			names = append(names, name)
		}
	}
	return names
}

// Names returns the sorted names of the objects of some kinds: "table", "view", ….
func (c Catalog) Names(kinds ...string) []string {
	var names []string
	for object := range c.Objects {
		if kind, _, _ := strings.Cut(object, ":"); slices.Contains(kinds, kind) {
			names = append(names, object)
		}
	}
	slices.Sort(names)
	return names
}

// Drift returns where the schema of the models differs from that of the migrations, as far as models can express it.
// Was is the models' side, Is the migrations'. It ignores tables and columns that only one side has, which
// autogenerate always sees, indexes that only the migrations create, and names of constraints and sequences that
// Postgres or the tool chose. Views, functions, triggers, grants and the like count only if the models create them. A
// default that only the database has is a difference only for a column of the base: leaving one on a new column is
// good practice.
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
			if _, table := migrated.Objects[object.Parent]; object.Definition != is.Definition &&
				(object.Parent == "" || table || kind != "trigger") {
				found = append(found, Difference{Object: name, Was: object.Definition, Is: is.Definition})
			}
		}
	}
	found = append(found, c.missingConstraints(migrated, false)...)
	return append(found, migrated.missingConstraints(c, true)...)
}

// indexes reports whether an index with this definition exists, under any name.
func (c Catalog) indexes(index Object) bool {
	for name, o := range c.Objects {
		if strings.HasPrefix(name, "index:") && o.Parent == index.Parent && unnamed(o.Definition) == unnamed(index.Definition) {
			return true
		}
	}
	return false
}

// unnamed returns an index's definition without its name.
func unnamed(definition string) string {
	kind, _, _ := strings.Cut(definition, " INDEX ")
	_, on, _ := strings.Cut(definition, " ON ")
	return kind + " ON " + on
}

// unvalidated returns a constraint's definition without NOT VALID.
func unvalidated(definition string) string { return strings.Replace(definition, " NOT VALID", "", 1) }

// missingConstraints finds constraints that autogenerate does not compare (CHECK, EXCLUDE, PRIMARY KEY) and that the
// other side has under no name, in tables that both sides have.
func (c Catalog) missingConstraints(other Catalog, mirrored bool) []Difference {
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
		unseen := strings.HasPrefix(object.Definition, "CHECK") || strings.HasPrefix(object.Definition, "EXCLUDE") ||
			strings.HasPrefix(object.Definition, "PRIMARY KEY")
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

// driftOfSequence compares a sequence. A sequence that a column owns is compared with the one of the same column,
// whatever its name.
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
			return nil // the column's default or identity shows it
		}
	}
	if object.Definition == is.Definition {
		return nil
	}
	return []Difference{{Object: name, Was: object.Definition, Is: is.Definition}}
}
