package data

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
)

// elsewhere finds values that are no longer where they were in the tables that a migration made or filled. It reads
// them once, when first asked.
type elsewhere struct {
	conn   *pgx.Conn
	tables []keptIn
	read   bool
}

// keptIn is one table that may have taken values over: it is new, or has more rows, or is small enough for a lookup.
type keptIn struct {
	print TablePrint
	grown bool
	// gained is how many rows more than before it has.
	gained int64
	rows   [][]*string // the values of each row, in the order of the print's columns
}

// lookupRows is how many rows a table that did not grow may have to be read as a lookup.
const lookupRows = 1000

// newElsewhere chooses the tables to search.
func newElsewhere(before, after State, now []int) *elsewhere {
	e := &elsewhere{conn: after.Conn}
	for j, t := range after.Print.Tables {
		i := slices.Index(now, j)
		gained := t.Rows
		if i >= 0 {
			gained -= before.Print.Tables[i].Rows
		}
		grown := i < 0 || gained > 0
		if t.Rows > 0 && t.Rows <= rowsRead && (grown || t.Rows <= lookupRows) {
			e.tables = append(e.tables, keptIn{print: t, grown: grown, gained: gained})
		}
	}
	return e
}

// load reads the tables.
func (e *elsewhere) load(ctx context.Context) error {
	if e.read {
		return nil
	}
	e.read = true
	for i := range e.tables {
		t := &e.tables[i]
		var names []string
		for _, c := range t.print.Columns {
			names = append(names, c.Name)
		}
		reader := sides{rate: 1}
		set, err := reader.readRows(ctx, e.conn, t.print, names, nil)
		if err != nil {
			return err
		}
		t.rows = set.values
	}
	return nil
}

// others returns the tables other than from that took rows in.
func (e *elsewhere) others(from uint32) []*keptIn {
	var others []*keptIn
	for i := range e.tables {
		if t := &e.tables[i]; t.grown && t.print.OID != from {
			others = append(others, t)
		}
	}
	return others
}

// translate returns what the value of a lookup's key stands for in one of its other columns, for each such column of
// each lookup.
func (e *elsewhere) translate(from uint32) []map[string]string {
	var found []map[string]string
	for _, t := range e.tables {
		if t.print.OID == from || len(t.print.Key) != 1 {
			continue
		}
		key := slices.IndexFunc(t.print.Columns, func(c ColumnPrint) bool { return c.Name == t.print.Key[0] })
		for c := range t.print.Columns {
			if c == key {
				continue
			}
			meaning := map[string]string{}
			for _, row := range t.rows {
				if row[key] != nil && row[c] != nil {
					meaning[*row[key]] = *row[c]
				}
			}
			found = append(found, meaning)
		}
	}
	return found
}
