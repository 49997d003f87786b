// Package catalog reads a database's schema and compares two of them: as text, object by object (Catalog), and as
// structure, table by table (Shape), with notes on legal changes that are worth knowing about (Notes). It works on
// any connection, and may use query.
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

// Catalog is a schema as text: each object of the database with its definition, in names that do not depend on the
// search_path. It leaves out what extensions and the system own, the migration tool's own table, owners, the
// statistics targets of columns, and the order of columns. It can be marshalled to JSON and back.
type Catalog struct {
	// Objects by name: "table:public.t", "column:public.t.c", "index:public.ix", "constraint:public.t.name",
	// "enum:public.kind", "domain:…", "type:…", "sequence:…", "view:…", "matview:…", "function:public.f(integer)",
	// "trigger:public.t.name", "policy:…", "rule:…", "grant:table:public.t", "schema:…", "extension:…", "setting:…", ….
	Objects map[string]Object `json:"objects"`
	// Unread names objects of kinds that Read does not know, such as "cast:(text AS integer)". Their existence is
	// compared, their definition is not.
	Unread []string `json:"unread,omitempty"`
}

// Object is one object's definition. Parent is the object that it is created and dropped with: a column's table, a
// serial sequence's column; it need not be in the catalog. Parts split the definition into facets: for a column or a
// table the type or kind first, then "not null", "default 0", "collate …", …; for anything else, if it has any, its
// own definition and then its options and comment.
type Object struct {
	Definition string   `json:"definition"`
	Parent     string   `json:"parent,omitempty"`
	Parts      []string `json:"parts,omitempty"`
}

// joint separates the parts of a definition in a query.
const joint = `E'\x1f'`

// Read returns a function that reads a database's schema, without the migration tool's table, in one read-only
// transaction. It supports Postgres 13 to 18.
func Read(versions query.VersionTable) func(context.Context, *pgx.Conn) (Catalog, error) {
	return func(ctx context.Context, conn *pgx.Conn) (Catalog, error) {
		catalog := Catalog{Objects: map[string]Object{}}
		err := query.Read(ctx, conn, func(tx pgx.Tx) error { return catalog.readAll(ctx, tx, versions) })
		return catalog, err
	}
}

func (c *Catalog) readAll(ctx context.Context, tx pgx.Tx, versions query.VersionTable) error {
	for _, q := range catalogQueries(versions) {
		if err := c.read(ctx, tx, q.sql); err != nil {
			return fmt.Errorf("read the catalog's %s: %w", q.what, err)
		}
	}
	if err := c.readUnread(ctx, tx); err != nil {
		return fmt.Errorf("read the catalog's other objects: %w", err)
	}
	return nil
}

// catalogQuery selects three columns of text: the object, its parent, its definition.
type catalogQuery struct{ what, sql string }

func catalogQueries(versions query.VersionTable) []catalogQuery {
	return slices.Concat(relationQueries(versions), tableQueries(versions), typeQueries(), routineQueries(), rightQueries(versions))
}

func (c Catalog) read(ctx context.Context, tx pgx.Tx, sql string) error {
	rows, err := tx.Query(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return err
	}
	var name, parent, definition string
	_, err = pgx.ForEachRow(rows, []any{&name, &parent, &definition}, func() error {
		object := Object{Definition: strings.ReplaceAll(definition, "\x1f", " "), Parent: parent}
		parts := strings.Split(definition, "\x1f")
		if kind, _, _ := strings.Cut(name, ":"); kind == "column" || kind == "table" || len(parts) > 1 {
			object.Parts = parts
		}
		c.Objects[name] = object
		return nil
	})
	return err
}

// Diff returns what is different in other, ordered by the objects' names. An object that was created or dropped with
// its parent is not listed: a new table is one difference, whatever its columns, keys and indexes.
func (c Catalog) Diff(other Catalog) []Difference {
	names := map[string]bool{}
	for name := range c.Objects {
		names[name] = true
	}
	for name := range other.Objects {
		names[name] = true
	}
	var differences []Difference
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, before := c.Objects[name]
		is, after := other.Objects[name]
		switch {
		case before && after && (was.Definition == is.Definition || restored(was.Definition) == restored(is.Definition)),
			before && !after && c.addedOrRemoved(was.Parent, other),
			after && !before && other.addedOrRemoved(is.Parent, c):
			continue
		}
		differences = append(differences, Difference{Object: name, Was: was.Definition, Is: is.Definition})
	}
	return differences
}

// addedOrRemoved reports whether an object of the catalog, or its parent, is missing in the other.
func (c Catalog) addedOrRemoved(name string, other Catalog) bool {
	for name != "" {
		object, here := c.Objects[name]
		if !here {
			return false
		}
		if _, there := other.Objects[name]; !there {
			return true
		}
		name = object.Parent
	}
	return false
}
