package routines

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/query"
)

// sibling is a function that has the same name as a new one.
type sibling struct {
	name, label string
	kinds       []string // of its arguments
	omitted     int      // how many of these have a default
}

// overloaded finds functions that can no longer be called as before, since a new one of the same name takes the same
// arguments: CREATE OR REPLACE with one argument more replaces nothing.
func overloaded(ctx context.Context, tx pgx.Tx, added []string) (faults []Fault, err error) {
	if len(added) == 0 {
		return nil, nil
	}
	return withSchemas(ctx, tx, func(tx pgx.Tx) ([]Fault, error) { return ambiguousCalls(ctx, tx, added) })
}

// ambiguousCalls tries calls of the functions that share their name with one of those added.
func ambiguousCalls(ctx context.Context, tx pgx.Tx, added []string) (faults []Fault, err error) {
	all, err := siblings(ctx, tx)
	if err != nil {
		return nil, err
	}
	isNew := func(f sibling) bool { return slices.Contains(added, f.label) }
	for _, f := range all {
		like := slices.IndexFunc(all, func(o sibling) bool { return o.name == f.name && isNew(o) })
		if isNew(f) || like < 0 {
			continue
		}
		ambiguous, err := f.isAmbiguous(ctx, tx)
		if err != nil {
			return nil, err
		}
		if ambiguous {
			faults = append(faults, Fault{
				Routine: f.label, SQLState: "42725", Missing: f.name[strings.LastIndex(f.name, ".")+1:],
				Message: fmt.Sprintf("the new %s takes the same arguments, and Postgres does not choose", all[like].label),
			})
		}
	}
	return faults, nil
}

// siblings returns the functions of the project that share their name with another.
func siblings(ctx context.Context, tx pgx.Tx) ([]sibling, error) {
	rows, err := tx.Query(ctx, `SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname),
  n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
  ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY u(t, at) ORDER BY at), p.pronargdefaults
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prokind = 'f' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'devenv') AND n.nspname !~ '^pg_'
  AND EXISTS (SELECT FROM pg_proc o WHERE o.proname = p.proname AND o.pronamespace = p.pronamespace AND o.oid <> p.oid)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
ORDER BY 2`, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f sibling, err error) {
		err = row.Scan(&f.name, &f.label, &f.kinds, &f.omitted)
		return f, err
	})
}

// isAmbiguous reports whether a call with all arguments, or without some that have a default, fits several functions.
// Each call is prepared and never run: the function may write.
func (f sibling) isAmbiguous(ctx context.Context, tx pgx.Tx) (ambiguous bool, err error) {
	arguments := make([]string, len(f.kinds))
	for i, kind := range f.kinds {
		arguments[i] = "NULL::" + kind
	}
	for n := len(arguments); n >= len(arguments)-f.omitted && !ambiguous; n-- {
		call := fmt.Sprintf("PREPARE devenv_call AS SELECT %s(%s)", f.name, strings.Join(arguments[:n], ", "))
		err := query.Aside(ctx, tx, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, call+"; DEALLOCATE devenv_call", pgx.QueryExecModeSimpleProtocol)
			return err
		})
		ambiguous = query.State(err) == "42725"
		if err = query.UnlessRefused(err); err != nil {
			return false, err
		}
	}
	return ambiguous, nil
}
