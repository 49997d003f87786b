package writes

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// keepsOld looks for columns whose UPDATE has no effect since a trigger gives them their old value back, and returns
// where the row is now. What a name says is meant to stay, of the trigger or of the column, may.
func (w *writer) keepsOld(ctx context.Context, at place) (place, error) {
	sources, err := w.restoring(ctx)
	if err != nil || len(sources) == 0 || w.hasMeantTrigger() {
		return at, err
	}
	var kept []string
	statement := ""
	for i := range w.table.Columns {
		c := &w.table.Columns[i]
		if c.Generated != "" || c.Identity == "a" || w.table.Unique(c.Number) || staysByName(c.Name) || !restored(sources, c.Name) {
			continue
		}
		other := w.another(c)
		moved, same, err := w.keeps(ctx, at, c, other)
		if err != nil {
			return at, err
		}
		if at = moved; same {
			kept = append(kept, c.Name)
			statement = "UPDATE " + w.table.Quoted() + " SET " + query.Identifier(c.Name) + " = " + other
		}
	}
	if len(kept) > 0 && w.partly == nil {
		w.partly = &Failed{
			Table: w.table.Label(), Role: w.role, Statement: statement, Broken: true, Doubtful: true, Partly: true, Column: kept[0],
			Message: "the UPDATE of " + strings.Join(kept, ", ") + " reports no error, but keeps the old value",
			Detail:  "a trigger gives it back",
		}
	}
	return at, nil
}

// restoring returns the bodies of the functions that may give a row its old values back, unless their names say so.
func (w *writer) restoring(ctx context.Context) (sources []string, err error) {
	rows, err := w.tx.Query(ctx, `SELECT p.proname::text, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgrelid = $1::int8::oid AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 19 = 19 AND p.prosrc ~* '\mOLD\M'`,
		pgx.QueryExecModeSimpleProtocol, int64(w.table.OID))
	if err != nil {
		return nil, err
	}
	var name, source string
	_, err = pgx.ForEachRow(rows, []any{&name, &source}, func() error {
		if !meantToRefuse(name) {
			sources = append(sources, source)
		}
		return nil
	})
	return sources, err
}

// restored reports whether a function assigns a column's old value, or returns the old row.
func restored(sources []string, column string) bool {
	assigns := regexp.MustCompile(`(?i)\bNEW\s*\.\s*"?` + regexp.QuoteMeta(column) + `"?\s*:?=[^;]*\bOLD\s*\.|\bRETURN\s+OLD\b|\bNEW\s*:?=\s*OLD\b`)
	return slices.ContainsFunc(sources, assigns.MatchString)
}

// staysByName reports whether a column's name says that its first value stays.
func staysByName(column string) bool {
	return regexp.MustCompile(`(?i)^(?:id|uuid|guid|created|inserted|registered)(?:_|$)|_(?:at|by|on|uuid)$|version|tenant`).MatchString(column)
}

// another returns an expression that gives a column another value than it has: the key of another parent, or one by its
// type.
func (w *writer) another(c *catalog.Column) string {
	name := query.Quote(w.table.Name, c.Name)
	if k := w.table.ForeignKey(c.Number); k != nil && len(k.Columns) == 1 {
		if parent := w.shape.Table(k.Parent); parent != nil {
			key := "other." + query.Quote(parent.Column(k.ParentColumns[0]).Name)
			return fmt.Sprintf("(SELECT %s FROM %s other WHERE %s IS DISTINCT FROM %s LIMIT 1)", key, parent.Quoted(), key, name)
		}
	}
	switch {
	case c.Kind == "e":
		return fmt.Sprintf("(SELECT label FROM unnest(enum_range(NULL::%s)) label WHERE label IS DISTINCT FROM %s LIMIT 1)", c.BaseType, name)
	case c.Category == "N":
		return "coalesce(" + name + ", 0) + 1"
	case c.Base == "bool":
		return "NOT coalesce(" + name + ", false)"
	}
	return w.maker.Other(c)
}

// keeps gives a column another value and reports whether the row has the old one afterwards.
func (w *writer) keeps(ctx context.Context, at place, c *catalog.Column, other string) (moved place, same bool, err error) {
	is := query.Quote(w.table.Name, c.Name)
	differs := is + " IS DISTINCT FROM (" + other + ")::" + c.Type
	var old, now, another string
	ask := func(at place, expression string, value *string) error {
		return w.tx.QueryRow(ctx, "SELECT coalesce(("+expression+")::text, '') FROM "+w.table.Quoted()+at.where(),
			pgx.QueryExecModeSimpleProtocol).Scan(value)
	}
	err = query.Aside(ctx, w.tx, func(pgx.Tx) error { return errors.Join(ask(at, differs, &another), ask(at, is, &old)) })
	if err != nil || another != "true" {
		return at, false, query.UnlessRefused(err)
	}
	moved, err = w.placed(ctx, "UPDATE "+w.table.Quoted()+" SET "+query.Identifier(c.Name)+" = "+other+at.where())
	if err != nil {
		return at, false, ignoreNoRows(query.UnlessRefused(err))
	}
	err = ask(moved, is, &now)
	return moved, now == old, err
}
