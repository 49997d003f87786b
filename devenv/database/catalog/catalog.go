// Package catalog reads what a database's schema is and tells two of them apart: as text, object by object (Catalog), and as
// structure, table by table (Shape), with what is legal and worth knowing about a change (Notes). It takes a connection, whoever
// made it, and may use query.
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
// search_path. Left out are what extensions and the system own, the migration tool's own table, owners, the statistics
// targets of columns, and the order of columns. It survives JSON.
type Catalog struct {
	// Objects are by name: "table:public.t", "column:public.t.c", "index:public.ix", "constraint:public.t.name",
	// "enum:public.kind", "domain:…", "type:…", "sequence:…", "view:…", "matview:…", "function:public.f(integer)",
	// "trigger:public.t.name", "policy:…", "rule:…", "grant:table:public.t", "schema:…", "extension:…", "setting:…", ….
	Objects map[string]Object `json:"objects"`
	// Unread names objects of kinds that Read does not know, such as "cast:(text AS integer)". That they are there is
	// compared, what they are is not.
	Unread []string `json:"unread,omitempty"`
}

// Object is one object's definition. Parent is the object that it comes and goes with: a column's table, a serial
// sequence's column; it need not be in the catalog. Parts are the definition of a column or a table in its facets: the type
// or kind first, then "not null", "default 0", "collate …", ….
type Object struct {
	Definition string   `json:"definition"`
	Parent     string   `json:"parent,omitempty"`
	Parts      []string `json:"parts,omitempty"`
}

// joint is what parts a definition in a query.
const joint = `E'\x1f'`

// Read returns how to read the schema of a database, less the migration tool's table, in one read-only transaction. It works on Postgres 13 to 18.
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
		if kind, _, _ := strings.Cut(name, ":"); kind == "column" || kind == "table" {
			object.Parts = strings.Split(definition, "\x1f")
		}
		c.Objects[name] = object
		return nil
	})
	return err
}

// Diff returns what is different in other, in the order of the objects' names. An object that came or went together with its
// parent is not listed: a new table is one difference, whatever it has of columns, keys and indexes.
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
		case before && after && was.Definition == is.Definition,
			before && !after && c.cameOrWent(was.Parent, other),
			after && !before && other.cameOrWent(is.Parent, c):
			continue
		}
		differences = append(differences, Difference{Object: name, Was: was.Definition, Is: is.Definition})
	}
	return differences
}

// cameOrWent reports whether an object of the catalog, or one that it belongs to, is missing in the other.
func (c Catalog) cameOrWent(name string, other Catalog) bool {
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
