package data

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// State is a database's data at one moment: its fingerprint, and a connection that can still read its rows. Since is
// when the migration that led to it began; zero if it does not matter.
type State struct {
	Conn  *pgx.Conn
	Print Fingerprint
	Since time.Time
}

// Examine reads the rows that changes concern, as they were and as they are, and decides what Compare could not: it
// drops suspects that prove to be the same values (1.5 and 1.50, a JSON text and its jsonb), and adds the number of
// rows, their keys and examples to the others. It also finds rows that were replaced by others. A fresh clone of the
// base serves as before. Of tables above 200,000 rows it reads a sample of 20,000 or fewer.
func Examine(ctx context.Context, before, after State, changes []Change) ([]Change, error) {
	now := pairTables(before.Print.Tables, after.Print.Tables)
	other := newElsewhere(before, after, now)
	during, err := after.run(ctx)
	if err != nil {
		return nil, err
	}
	var settled []Change
	for i, was := range before.Print.Tables {
		concerned := slices.DeleteFunc(slices.Clone(changes), func(c Change) bool { return c.Table != was.label() })
		if len(concerned) == 0 {
			continue
		}
		e := examination{was: was, during: during}
		if now[i] >= 0 {
			e.is = &after.Print.Tables[now[i]]
		}
		err := e.read(ctx, before.Conn, after.Conn, concerned)
		if err != nil {
			return nil, fmt.Errorf("read the rows of %s: %w", was.label(), err)
		}
		if concerned, err = e.withoutMoved(ctx, before.Conn, other, concerned); err != nil {
			return nil, fmt.Errorf("look for the rows of %s elsewhere: %w", was.label(), err)
		}
		settled = append(settled, e.settle(concerned)...)
	}
	return settled, nil
}

// examination compares the rows of one table; is is nil if the table was dropped.
type examination struct {
	was    TablePrint
	is     *TablePrint
	keyed  bool // the same columns identify the rows of both sides
	rate   int  // one row in rate was read; 0 means none
	before rowSet
	after  rowSet
	at     map[string]int // the index of a column's values in each row, by its old name
	fresh  []int          // the indexes of the values of columns that the table did not have before
	// moved are the ids of lost rows that are in another table.
	moved map[string]bool
	// during is when the migration ran.
	during span
}

// withoutMoved returns the changes without the losses whose rows or values are in another place.
func (e *examination) withoutMoved(ctx context.Context, before *pgx.Conn, other *elsewhere, changes []Change) ([]Change, error) {
	var rest []Change
	for _, c := range changes {
		var there bool
		var err error
		switch c.Kind {
		case RowsLost, TableDropped:
			err = e.findRows(ctx, before, other)
			lost := c.Before - c.After - int64(len(e.moved))
			there, c.After = lost <= 0, c.Before-lost
		case ColumnDropped, ValuesLost:
			there, err = e.livesOn(ctx, c.Column, other)
		}
		if err != nil {
			return nil, err
		}
		if !there {
			rest = append(rest, c)
		}
	}
	return rest, nil
}

// settle decides the changes of one table.
func (e *examination) settle(changes []Change) []Change {
	var settled []Change
	replaced := e.replacedRows()
	if replaced != nil {
		settled = append(settled, *replaced)
	}
	for _, c := range changes {
		switch {
		case e.rate == 0:
			if c.Suspect = c.Suspect && !e.certain(c); !c.Suspect {
				settled = append(settled, c)
			}
		case c.Kind == ValuesChanged:
			settled = append(settled, e.settleChanged(c, changes)...)
		case c.Kind == ColumnDropped && e.holdsAll(c.Column):
			continue // it was copied, together with other values or as another type
		default:
			c.Keys = e.lostKeys(c)
			if c.Kind == ValuesLost && len(c.Keys) == 0 && replaced != nil {
				continue // they went with the rows
			}
			settled = append(settled, c)
		}
	}
	return settled
}

// certain reports whether a suspect is a change without reading a row: the content differs but the type is the same.
func (e *examination) certain(c Change) bool {
	old, is := e.was.column(c.Column), e.is.column(or(c.ColumnNow, c.Column))
	return e.was.Rows == e.is.Rows && old.Values == is.Values && old.Type == is.Type && old.Hash != is.Hash
}

// replacedRows finds rows that are gone while as many others were added. A renumbered key with otherwise unchanged
// rows is no loss.
func (e *examination) replacedRows() *Change {
	if !e.keyed || e.is == nil || e.was.Rows != e.is.Rows || e.rate != 1 || e.renumbered() {
		return nil
	}
	c := Change{Table: e.was.label(), Kind: RowsLost, Before: e.was.Rows}
	if e.is.label() != c.Table {
		c.TableNow = e.is.label()
	}
	gone := e.gone()
	if len(gone) == 0 {
		return nil
	}
	c.After, c.Keys = c.Before-int64(len(gone)), e.display(gone)
	return &c
}

// renumbered reports whether keys are gone while every other column holds the same values.
func (e *examination) renumbered() bool {
	if len(e.gone()) == 0 {
		return false
	}
	for i, j := range pairColumns(e.was, *e.is) {
		c := e.was.Columns[i]
		if j >= 0 && !slices.Contains(e.was.Key, c.Name) && c.Hash != e.is.Columns[j].Hash {
			return false
		}
	}
	return true
}

// gone returns the rows of before whose key no longer exists, here or where they were moved to.
func (e *examination) gone() []int {
	var rows []int
	for n, id := range e.before.ids {
		if _, there := e.after.at[id]; !there && !e.moved[id] {
			rows = append(rows, n)
		}
	}
	return rows
}

// lostKeys returns the keys of the first rows that a loss concerns.
func (e *examination) lostKeys(c Change) []string {
	if c.Kind == RowsLost {
		if !e.keyed {
			return nil
		}
		return e.display(e.gone())
	}
	var rows []int
	for n, values := range e.before.values {
		if c.Kind == TableDropped {
			rows = append(rows, n)
			continue
		}
		if values[e.at[c.Column]] == nil {
			continue
		}
		if c.Kind == ColumnDropped || e.keyed && e.isNull(n, c.Column) {
			rows = append(rows, n)
		}
	}
	return e.display(rows)
}

// isNull reports whether the row still exists and has no value in the column.
func (e *examination) isNull(row int, column string) bool {
	m, there := e.after.at[e.before.ids[row]]
	return there && e.after.values[m][e.at[column]] == nil
}

// column returns a column's fingerprint by name; a zero one if the column does not exist.
func (t TablePrint) column(name string) ColumnPrint {
	for _, c := range t.Columns {
		if c.Name == name {
			return c
		}
	}
	return ColumnPrint{}
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
