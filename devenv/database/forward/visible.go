package forward

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"devenv/devenv/database/query"
)

// Blinded returns the tables with rows, newly under row security, of which a role that could read them and still may
// sees none. It asks as that role, in transactions that are rolled back. A policy that reads a setting cannot be
// judged: the application sets it.
func Blinded(ctx context.Context, conn *pgx.Conn, before, after State) ([]Change, error) {
	c := guards{&comparison{sides: sides{before: before, after: after}}}
	var found []Change
	for _, g := range c.guarded() {
		sees := true
		err := pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, "SET LOCAL ROLE "+query.Quote(g.Role)); err != nil {
				return err
			}
			return tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+sqlName(g.Object)+")").Scan(&sees)
		})
		switch {
		case query.Refused(err): // it cannot be asked as this role
		case err != nil:
			return nil, fmt.Errorf("read %s as the role %s: %w", Label(g.Object), g.Role, err)
		case !sees:
			found = append(found, Change{
				Object: g.Object, Text: "row level security shuts the role " + g.Role + " out of " + Label(g.Object) + ": it sees none of the rows",
				Mend:  "CREATE POLICY … ON " + sqlName(g.Object) + " TO " + query.Identifier(g.Role) + " USING (…)",
				Grave: before.Access.Roles[g.Role] || before.Access.writes(g.Role), Cause: -1,
			})
		}
	}
	return found, nil
}

// Unreadable returns the views that changed, of which a role that could read them and still may cannot read what is
// behind them: they have another owner now, or ask for the rights of their reader. It asks as Blinded does.
func Unreadable(ctx context.Context, conn *pgx.Conn, before, after State) ([]Change, error) {
	var found []Change
	for _, view := range before.Catalog.Names("view") {
		is, stays := after.Catalog.Objects[view]
		if !stays || is.Definition == before.Catalog.Objects[view].Definition && before.Access.Owners[view] == after.Access.Owners[view] {
			continue
		}
		for _, role := range slices.Sorted(maps.Keys(after.Access.Roles)) {
			reads := func(a Access) bool { return strings.Contains(a.Rights[Grant{role, view}], "SELECT") }
			if !reads(before.Access) || !reads(after.Access) {
				continue
			}
			refusal, err := readAs(ctx, conn, role, "SELECT FROM "+sqlName(view)+" LIMIT 0")
			if err != nil {
				return nil, fmt.Errorf("read %s as the role %s: %w", Label(view), role, err)
			}
			if query.State(refusal) == "42501" {
				found = append(found, Change{
					Object: view, Text: "the role " + role + " can no longer read view " + Label(view) + ": " + reason(refusal),
					Mend:  "GRANT SELECT ON … TO " + query.Identifier(role),
					Grave: before.Access.Roles[role] || before.Access.writes(role), Cause: -1,
				})
			}
		}
	}
	return found, nil
}

// readAs runs a query as a role and returns what the server says against it.
func readAs(ctx context.Context, conn *pgx.Conn, role, sql string) (refusal, err error) {
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL ROLE "+query.Quote(role)); err != nil {
			return query.UnlessRefused(err) // it cannot be asked as this role
		}
		_, refusal = tx.Exec(ctx, sql)
		return query.UnlessRefused(refusal)
	})
	if query.Refused(refusal) {
		return refusal, nil // the transaction could not be committed after it
	}
	return nil, err
}

// reason returns a refusal's words.
func reason(refusal error) string {
	var refused *pgconn.PgError
	if errors.As(refusal, &refused) {
		return refused.Message
	}
	return refusal.Error()
}

// guarded returns the roles to ask, and of which tables.
func (c guards) guarded() []Grant {
	var ask []Grant
	for _, table := range c.before.Catalog.Names("table") {
		is, stays := c.after.Catalog.Objects[table]
		newly := part(is, "row level security") != "" && part(c.before.Catalog.Objects[table], "row level security") == ""
		if !stays || !newly || !c.hasRows(Label(table)) || c.readsSetting(table) {
			continue
		}
		for role := range c.after.Access.Roles {
			g := Grant{role, table}
			reads := func(a Access) bool { return strings.Contains(a.Open[g], "SELECT") }
			if reads(c.before.Access) && reads(c.after.Access) {
				ask = append(ask, g)
			}
		}
	}
	return ask
}

// readsSetting reports whether a policy of a table reads a setting of the session.
func (c guards) readsSetting(table string) bool {
	for _, name := range c.after.Catalog.Names("policy") {
		if o := c.after.Catalog.Objects[name]; o.Parent == table && strings.Contains(o.Definition, "current_setting(") {
			return true
		}
	}
	return false
}
