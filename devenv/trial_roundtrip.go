package devenv

import (
	"context"
	"slices"
	"strings"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
)

// compareRoundTrip compares the data after the second upgrade with what the first one left. Only where they differ is another
// clone upgraded: it has the rows as the first upgrade left them, and tells what no two upgrades leave alike.
func (r *run) compareRoundTrip(ctx context.Context) ([]data.Change, error) {
	again, err := r.takeFingerprint(ctx)
	if err != nil || len(r.roundTrip(r.after.fingerprint, again)) == 0 {
		return nil, err
	}
	return onClone(ctx, r, r.base.WithData, func(server *database.Server) ([]data.Change, error) { return r.compareTrips(ctx, server, again) })
}

// compareTrips compares the data after the second upgrade with that of a clone which it upgrades.
func (r *run) compareTrips(ctx context.Context, server *database.Server, again data.Fingerprint) ([]data.Change, error) {
	outcome, _, err := r.upgrade(ctx, server)
	if err != nil || outcome.Failure != nil {
		return nil, err
	}
	was, err := server.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer was.Close(context.WithoutCancel(ctx)) //nolint:errcheck // only read from
	is, err := r.seeded.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer is.Close(context.WithoutCancel(ctx)) //nolint:errcheck // only read from
	first, err := data.Take(ctx, was)
	if err != nil {
		return nil, err
	}
	return r.settleTrip(ctx, data.State{Conn: was, Print: first}, data.State{Conn: is, Print: again})
}

// settleTrip reads the rows behind the differences of two upgrades.
func (r *run) settleTrip(ctx context.Context, first, again data.State) (settled []data.Change, err error) {
	unlike := r.after.fingerprint.Unlike(first.Print)
	var changes, added []data.Change
	for _, c := range r.roundTrip(first.Print, again.Print) {
		switch {
		case c.Kind == data.RowsAdded:
			added = append(added, c)
		case !slices.Contains(unlike, data.ColumnName{Table: c.Table, Column: c.Column}):
			changes = append(changes, c)
		}
	}
	if len(changes) > 0 {
		settled, err = data.Examine(ctx, first, again, changes)
	}
	return append(settled, added...), err
}

// roundTrip are the differences between what two upgrades left, without those that the downgrade is to blame for already. Of
// tables to which the migration itself adds rows only the number of rows counts: the second time they have other ids.
func (r *run) roundTrip(first, again data.Fingerprint) []data.Change {
	return slices.DeleteFunc(append(first.Compare(again), first.Added(again)...), func(c data.Change) bool {
		if explained(c, r.facts.Reverse.Data.Base) {
			return true
		}
		table, column := r.columnAfter(c)
		return c.Kind == data.ValuesChanged && (table == nil || column == nil || r.numberedAnew(table, column) || r.defaulted(table, column))
	})
}

// numberedAnew says that a column is of a table to which the migration adds rows, or points to one, or is filled from a sequence.
func (r *run) numberedAnew(t *catalog.Table, c *catalog.Column) bool {
	rows := func(f data.Fingerprint, oid uint32) int64 {
		i := slices.IndexFunc(f.Tables, func(t data.TablePrint) bool { return t.OID == oid })
		if i < 0 {
			return -1
		}
		return f.Tables[i].Rows
	}
	grown := func(oid uint32) bool { return rows(r.before.fingerprint, oid) != rows(r.after.fingerprint, oid) }
	if grown(t.OID) || slices.ContainsFunc(r.ownStatements(), func(sql string) bool { return named(c).MatchString(sql) && strings.Contains(sql, "nextval(") }) {
		return true
	}
	return slices.ContainsFunc(t.Constraints, func(k catalog.Constraint) bool {
		return k.Kind == "f" && slices.Contains(k.Columns, c.Number) && grown(k.Parent)
	})
}

// columnAfter finds the table and the column of a change in the shape that the upgrade left; nil where there is none.
func (r *run) columnAfter(c data.Change) (*catalog.Table, *catalog.Column) {
	tables := r.after.shape.Tables
	i := slices.IndexFunc(tables, func(t catalog.Table) bool { return t.Label() == c.Table })
	if i < 0 {
		return nil, nil
	}
	j := slices.IndexFunc(tables[i].Columns, func(k catalog.Column) bool { return k.Name == c.Column })
	if j < 0 {
		return &tables[i], nil
	}
	return &tables[i], &tables[i].Columns[j]
}

// tellRoundTrip records what the way there and back did to the data, when both upgrades worked.
func (r *run) tellRoundTrip(ctx context.Context, again checks.Outcome) (err error) {
	if !r.facts.Data.Ran || again.Failure != nil {
		return nil
	}
	r.facts.Reverse.Data.Trip, err = r.compareRoundTrip(ctx)
	return err
}
