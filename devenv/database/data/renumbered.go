package data

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// numbering is how two runs of one migration numbered the rows that they added to a table: the keys that only one gave.
type numbering struct{ first, again map[string]bool }

// numberings compares the keys of two runs' tables. A sequence does not go back when its rows do.
func numberings(ctx context.Context, first, again State) ([]numbering, error) {
	var found []numbering
	for i, j := range pairTables(first.Print.Tables, again.Print.Tables) {
		if j < 0 {
			continue
		}
		was, is := first.Print.Tables[i], again.Print.Tables[j]
		if len(was.Key) != 1 || was.Rows != is.Rows || was.Rows > rowsRead || !sameKey(was, is) {
			continue
		}
		a, b := was.column(was.Key[0]), is.column(is.Key[0])
		if familyOf(a.Type) != familyNumber || a.Hash == b.Hash {
			continue
		}
		old, err := keysOf(ctx, first.Conn, was)
		if err != nil {
			return nil, err
		}
		now, err := keysOf(ctx, again.Conn, is)
		if err != nil {
			return nil, err
		}
		found = append(found, numbering{without(old, now), without(now, old)})
	}
	return found, nil
}

// keysOf returns the keys of a table's rows.
func keysOf(ctx context.Context, conn *pgx.Conn, t TablePrint) (map[string]bool, error) {
	reader := sides{rate: 1, keyed: true}
	set, err := reader.readRows(ctx, conn, t, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("read the keys of %s: %w", t.label(), err)
	}
	keys := map[string]bool{}
	for id := range set.at {
		keys[id] = true
	}
	return keys, nil
}

// without returns the elements of a set that another set lacks.
func without(all, others map[string]bool) map[string]bool {
	rest := map[string]bool{}
	for key := range all {
		if !others[key] {
			rest[key] = true
		}
	}
	return rest
}

// renumberedRow reports whether a value and its counterpart are the keys of rows that the two runs numbered in their own way.
func (d *decision) renumberedRow(was, is string) bool {
	return slices.ContainsFunc(d.numbers, func(n numbering) bool { return n.first[was] && n.again[is] })
}
