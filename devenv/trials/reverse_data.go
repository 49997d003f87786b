package trials

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/testbed"
)

// compareData compares the data after the downgrade with the base's, and with the data after the upgrade: what the
// upgrade has already lost or changed is not the downgrade's fault.
func (w *reversal) compareData(ctx context.Context) error {
	if w.up == nil || !w.up.data.Ran {
		return nil
	}
	below, err := w.Fingerprint(ctx, w.server)
	if err != nil {
		return err
	}
	reversed := &w.outcome.Data
	reversed.Made = slices.DeleteFunc(w.up.after.Fingerprint.Compare(below), w.up.onlyDefaults)
	left := w.up.before.Fingerprint.Compare(below)
	if len(left) > 0 {
		if left, err = examine(ctx, w.pass, w.up, below, left); err != nil {
			return err
		}
	}
	for _, c := range left {
		if w.up.leavesToDowngrade(c) {
			reversed.Base = append(reversed.Base, c)
		}
	}
	reversed.Restored, err = database.Ask(ctx, w.server, func(ctx context.Context, conn *database.Conn) ([]data.Change, error) {
		return data.Restored(ctx, conn, w.up.before.Fingerprint, below, w.up.data.Changes, left)
	})
	return err
}

// leavesToDowngrade reports whether the downgrade is to blame for a difference from the base's data: the upgrade did not
// make it, and it is not only in how a value is written. The elements of a column that the upgrade drops may have another
// order: they were rows in the meantime, which have none.
func (u *upgrade) leavesToDowngrade(c data.Change) bool {
	table, column := u.columnAfter(c)
	wasRows := c.Reordered && table != nil && column == nil
	return !explained(c, u.data.Changes) && !c.Tidied && !wasRows
}

// explained reports whether an earlier change accounts for this one: it affects the same column, or whole rows of the
// table.
func explained(c data.Change, earlier []data.Change) bool {
	return slices.ContainsFunc(earlier, func(by data.Change) bool {
		return by.Table == c.Table && (by.Column == "" || by.Column == c.Column)
	})
}

// onlyDefaults reports whether a dropped column held nothing but its default values.
func (u *upgrade) onlyDefaults(c data.Change) bool {
	table, column := u.columnAfter(c)
	return c.Kind == data.ColumnDropped && column != nil && u.defaulted(table, column)
}

// compareRoundTrip compares the data after the second upgrade with the data after the first. Only if they differ is
// another clone upgraded: its rows are as the first upgrade left them, and it shows what differs between any two
// upgrades.
func (w *reversal) compareRoundTrip(ctx context.Context) ([]data.Change, error) {
	again, err := w.Fingerprint(ctx, w.server)
	if err != nil || len(w.up.roundTripDifferences(w.up.after.Fingerprint, again, w.outcome.Data.Base)) == 0 {
		return nil, err
	}
	return testbed.OnClone(ctx, w.Testbed, w.Base.WithData, func(first *database.Server) ([]data.Change, error) {
		outcome, err := w.upgrade(ctx, first)
		if err != nil || outcome.Failure != nil {
			return nil, err
		}
		return withBoth(ctx, first, w.server, func(was, is *database.Conn) ([]data.Change, error) {
			print, err := data.Take(w.VersionTable())(ctx, was)
			if err != nil {
				return nil, err
			}
			return w.examineRoundTrip(ctx, data.State{Conn: was, Print: print}, data.State{Conn: is, Print: again})
		})
	})
}

// examineRoundTrip examines the rows in which two upgrades differ, and returns the changes that remain.
func (w *reversal) examineRoundTrip(ctx context.Context, first, again data.State) (settled []data.Change, err error) {
	unlike := w.up.after.Fingerprint.Unlike(first.Print)
	var changes, added []data.Change
	for _, c := range w.up.roundTripDifferences(first.Print, again.Print, w.outcome.Data.Base) {
		switch {
		case c.Kind == data.RowsAdded && !w.up.writes(c.Table):
		case c.Kind == data.RowsAdded:
			added = append(added, c)
		case !slices.Contains(unlike, data.ColumnName{Table: c.Table, Column: c.Column}):
			changes = append(changes, c)
		}
	}
	if len(changes) > 0 {
		again.Since, again.Anew = w.up.began, true
		settled, err = data.Examine(ctx, first, again, changes)
		settled = slices.DeleteFunc(settled, func(c data.Change) bool { return c.Stamped }) // by a trigger, on the way back
	}
	return append(settled, added...), err
}

// logs reports whether only triggers wrote rows of the upgrade to a table.
func (u *upgrade) logs(table string) bool {
	grew := func(c data.Change) bool { return c.Table == table }
	return slices.ContainsFunc(u.before.Fingerprint.Added(u.after.Fingerprint), grew) && !u.writes(table)
}

// writes reports whether a statement of the branch names a table other than to define something. Where none does,
// triggers write its rows: a log has more of them after every run.
func (u *upgrade) writes(table string) bool {
	code := regexp.MustCompile(`(?i)^\s*(?:CREATE|ALTER|DROP|COMMENT|GRANT)\b`)
	named := regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(table[strings.LastIndex(table, ".")+1:]) + `\b`)
	return slices.ContainsFunc(u.ownStatements(), func(sql string) bool { return named.MatchString(sql) && !code.MatchString(sql) })
}

// roundTripDifferences returns the differences between the results of two upgrades, without those already blamed on the
// downgrade. In tables to which the migration adds rows only the number of rows counts: a second upgrade gives the rows
// other ids.
func (u *upgrade) roundTripDifferences(first, again data.Fingerprint, blamed []data.Change) []data.Change {
	return slices.DeleteFunc(append(first.Compare(again), first.Added(again)...), func(c data.Change) bool {
		if explained(c, blamed) {
			return true
		}
		table, column := u.columnAfter(c)
		return c.Kind == data.ValuesChanged && !u.comparable(table, column)
	})
}

// comparable reports whether a second upgrade should leave the same values in a column.
func (u *upgrade) comparable(t *catalog.Table, c *catalog.Column) bool {
	return t != nil && c != nil && !u.numberedAnew(t, c) && !u.defaulted(t, c)
}
