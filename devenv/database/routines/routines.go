// Package routines finds functions of a database whose code uses what its schema no longer has. Postgres looks at the
// body of a PL/pgSQL function only when it runs, and at that of an SQL function only when it is created. It may use
// query.
package routines

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/query"
)

// Fault is a statement of a function that the schema does not allow. Routine has the function's name and the types of
// its arguments: public.f(integer). Missing is what the statement names, of the names that changed; empty if none.
type Fault struct {
	Routine, Missing  string
	Line              int
	Statement         string
	SQLState, Message string
	// Doubtful means that only some calls fail, if any ever do.
	Doubtful bool
}

// Name returns the function's name without schema and arguments.
func (f Fault) Name() string {
	name, _, _ := strings.Cut(f.Routine, "(")
	return name[strings.LastIndex(name, ".")+1:]
}

// Findings are what was found. Unjudged are functions that build statements from texts and name something gone in one.
type Findings struct {
	Faults   []Fault
	Unjudged []string
}

// txStarter is a connection or a transaction.
type txStarter interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// routine is a function of the project.
type routine struct {
	name, label, language, source, definition string
	searchPath                                *string
	arguments                                 []argument
	// tables are those whose triggers call it, transitions the names that these give to what a statement changed.
	tables, transitions []string
	trigger, event      bool // event: for event triggers
}

// argument is a parameter or a column of the result.
type argument struct{ name, kind string }

// Check looks at the functions that a change of the schema concerns. It creates what it needs in a transaction, which
// it rolls back.
func Check(ctx context.Context, conn txStarter, change Change) (found Findings, err error) {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return Findings{}, fmt.Errorf("look at the functions: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing must remain
	_, err = tx.Exec(ctx, "SET LOCAL statement_timeout = '20s'; SET LOCAL check_function_bodies = on", pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return Findings{}, fmt.Errorf("look at the functions: %w", err)
	}
	all, err := withSchemas(ctx, tx, func(tx pgx.Tx) ([]routine, error) { return list(ctx, tx) })
	if err != nil {
		return Findings{}, fmt.Errorf("list the functions: %w", err)
	}
	words := naming(change.Names)
	for i := range all {
		f := &all[i]
		isNew := slices.Contains(change.Routines, f.label)
		if !isNew && !words.MatchString(f.source) {
			continue
		}
		c := checker{tx: tx, routine: f, words: words, isNew: isNew}
		if err := c.check(ctx, &found); err != nil {
			return Findings{}, fmt.Errorf("look at function %s: %w", f.label, err)
		}
	}
	ambiguous, err := overloaded(ctx, tx, change.Added)
	if err != nil {
		return Findings{}, fmt.Errorf("look at functions of the same name: %w", err)
	}
	found.Faults = append(found.Faults, ambiguous...)
	return found, nil
}

// naming returns a pattern for texts that contain one of some names as a word.
func naming(names []string) *regexp.Regexp {
	if len(names) == 0 {
		return regexp.MustCompile(`[^\s\S]`)
	}
	each := make([]string, len(names))
	for i, name := range names {
		each[i] = regexp.QuoteMeta(name)
	}
	return regexp.MustCompile(`(?i)(?:^|[^\w$])(?:` + strings.Join(each, "|") + `)(?:$|[^\w$])`)
}

// withSchemas calls f in a part of the transaction in which names have their schemas, as in the catalog: a function may
// have another search_path than this connection.
func withSchemas[T any](ctx context.Context, tx pgx.Tx, f func(pgx.Tx) ([]T, error)) ([]T, error) {
	inner, err := tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer inner.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing must remain
	if _, err := inner.Exec(ctx, "SET LOCAL search_path = ''"); err != nil {
		return nil, err
	}
	return f(inner)
}

// list reads the functions and procedures of the project.
func list(ctx context.Context, tx pgx.Tx) ([]routine, error) {
	rows, err := tx.Query(ctx, `SELECT p.proname::text,
  n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', l.lanname::text, p.prosrc, pg_get_functiondef(p.oid),
  (SELECT substr(c, 13) FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%'), p.prorettype = 'trigger'::regtype, p.prorettype = 'event_trigger'::regtype,
  ARRAY(SELECT coalesce(p.proargnames[at], '') FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY u(t, at) ORDER BY at),
  ARRAY(SELECT format_type(t, NULL) FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY u(t, at) ORDER BY at),
  ARRAY(SELECT DISTINCT quote_ident(tn.nspname) || '.' || quote_ident(c.relname) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     JOIN pg_namespace tn ON tn.oid = c.relnamespace WHERE t.tgfoid = p.oid AND NOT c.relispartition),
  ARRAY(SELECT DISTINCT name::text FROM pg_trigger t, unnest(ARRAY[t.tgnewtable, t.tgoldtable]) name WHERE t.tgfoid = p.oid AND name IS NOT NULL)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
WHERE l.lanname IN ('sql', 'plpgsql') AND p.prokind IN ('f', 'p') AND p.prosrc <> '' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'devenv')
  AND n.nspname !~ '^pg_' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
ORDER BY 2`, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f routine, err error) {
		var names, kinds []string
		err = row.Scan(&f.name, &f.label, &f.language, &f.source, &f.definition, &f.searchPath, &f.trigger, &f.event, &names, &kinds,
			&f.tables, &f.transitions)
		for i := range kinds {
			f.arguments = append(f.arguments, argument{names[i], kinds[i]})
		}
		return f, err
	})
}

// attempt runs a statement in a savepoint that is rolled back, under a search_path unless that is nil, and returns how
// the server refuses it. What a path cannot be set for is not judged.
func (c *checker) attempt(ctx context.Context, sql string, searchPath *string) (refusal, err error) {
	inner, err := c.tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer inner.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing must remain
	if searchPath != nil {
		// SET would not take the path as it is stored: an empty one is two quotes there.
		path := "SELECT set_config('search_path', " + query.Literal(*searchPath) + ", true)"
		if _, err := inner.Exec(ctx, path, pgx.QueryExecModeSimpleProtocol); err != nil {
			return nil, query.UnlessRefused(err)
		}
	}
	_, err = inner.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	if query.Refused(err) {
		return err, nil
	}
	return nil, err
}
