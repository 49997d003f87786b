package data

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// State is a database's data at one moment: its fingerprint, and a connection that can still read its rows. Since is
// when the migration that led to it began; zero if it does not matter. Anew means that it was undone and made again, so
// that the columns are other ones of the same names.
type State struct {
	Conn  *pgx.Conn
	Print Fingerprint
	Since time.Time
	Anew  bool
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
	var numbers []numbering
	if after.Anew {
		if numbers, err = numberings(ctx, before, after); err != nil {
			return nil, err
		}
	}
	var settled []Change
	for i, was := range before.Print.Tables {
		concerned := slices.DeleteFunc(slices.Clone(changes), func(c Change) bool { return c.Table != was.label() })
		if len(concerned) == 0 {
			continue
		}
		rows := &sides{was: was, kept: map[string]map[int]bool{}}
		if now[i] >= 0 {
			rows.is = &after.Print.Tables[now[i]]
		}
		err := rows.read(ctx, before.Conn, after.Conn, concerned)
		if err != nil {
			return nil, fmt.Errorf("read the rows of %s: %w", was.label(), err)
		}
		lost := search{sides: rows, other: other}
		if concerned, err = lost.withoutMoved(ctx, before.Conn, concerned); err != nil {
			return nil, fmt.Errorf("look for the rows of %s elsewhere: %w", was.label(), err)
		}
		d := decision{sides: rows, moved: lost.moved, during: during, anew: after.Anew, numbers: numbers}
		decided := d.settle(concerned)
		if err := lost.markKept(ctx, decided); err != nil {
			return nil, fmt.Errorf("look for the old values of %s: %w", was.label(), err)
		}
		settled = append(settled, decided...)
	}
	return settled, nil
}

// decision says what became of the rows and values of one table.
type decision struct {
	*sides
	// moved are the ids of lost rows that are in another table.
	moved map[string]bool
	// during is when the migration ran; anew means that it was undone and made again.
	during span
	anew   bool
	// numbers is how the rows are numbered that it added both times.
	numbers []numbering
}

// settle decides the changes of one table.
func (d *decision) settle(changes []Change) []Change {
	var settled []Change
	replaced := d.replacedRows()
	if replaced != nil {
		settled = append(settled, *replaced)
	}
	for _, c := range changes {
		switch {
		case d.rate == 0:
			if c.Suspect = c.Suspect && !d.certain(c); !c.Suspect {
				settled = append(settled, c)
			}
		case c.Kind == ValuesChanged:
			settled = append(settled, d.settleChanged(c, changes)...)
		case c.Kind == ValuesLost && d.onlyBlanks(c.Column):
			continue // they have become NULL, which says the same
		default:
			c.Keys = d.lostKeys(c)
			if c.Kind == ValuesLost && len(c.Keys) == 0 && replaced != nil {
				continue // they went with the rows
			}
			settled = append(settled, c)
		}
	}
	return settled
}

// certain reports whether a suspect is a change without reading a row: the content differs but the type is the same.
func (d *decision) certain(c Change) bool {
	old, is := d.was.column(c.Column), d.is.column(or(c.ColumnNow, c.Column))
	return d.was.Rows == d.is.Rows && old.Values == is.Values && old.Type == is.Type && old.Hash != is.Hash
}

// replacedRows finds rows that are gone while as many others were added. A renumbered key with otherwise unchanged
// rows is no loss.
func (d *decision) replacedRows() *Change {
	if !d.keyed || d.is == nil || d.was.Rows != d.is.Rows || d.rate != 1 || d.renumbered() {
		return nil
	}
	c := Change{Table: d.was.label(), Kind: RowsLost, Before: d.was.Rows}
	if d.is.label() != c.Table {
		c.TableNow = d.is.label()
	}
	gone := d.gone()
	if len(gone) == 0 {
		return nil
	}
	c.After, c.Keys = c.Before-int64(len(gone)), d.display(gone)
	return &c
}

// renumbered reports whether keys are gone while every other column holds the same values.
func (d *decision) renumbered() bool {
	if len(d.gone()) == 0 {
		return false
	}
	for i, j := range pairColumns(d.was, *d.is) {
		c := d.was.Columns[i]
		if j >= 0 && !slices.Contains(d.was.Key, c.Name) && c.Hash != d.is.Columns[j].Hash {
			return false
		}
	}
	return true
}

// gone returns the rows of before whose key no longer exists, here or where they were moved to.
func (d *decision) gone() []int {
	var rows []int
	for n, id := range d.before.ids {
		if _, there := d.after.at[id]; !there && !d.moved[id] {
			rows = append(rows, n)
		}
	}
	return rows
}

// lostKeys returns the keys of the first rows that a loss concerns.
func (d *decision) lostKeys(c Change) []string {
	if c.Kind == RowsLost {
		if !d.keyed {
			return nil
		}
		return d.display(d.gone())
	}
	var rows []int
	for n, values := range d.before.values {
		if c.Kind == TableDropped {
			rows = append(rows, n)
			continue
		}
		if values[d.at[c.Column]] == nil {
			continue
		}
		if c.Kind == ColumnDropped && !d.kept[c.Column][n] || c.Kind != ColumnDropped && d.keyed && d.isNull(n, c.Column) {
			rows = append(rows, n)
		}
	}
	return d.display(rows)
}

// onlyBlanks reports whether all values that a column lost in rows which are still there said nothing.
func (d *decision) onlyBlanks(column string) bool {
	lost := 0
	for n, values := range d.before.values {
		if v := values[d.at[column]]; v != nil && d.keyed && d.isNull(n, column) {
			if lost++; says(v) {
				return false
			}
		}
	}
	return lost > 0 && d.rate == 1
}

// isNull reports whether the row still exists and has no value in the column.
func (s *sides) isNull(row int, column string) bool {
	m, there := s.after.at[s.before.ids[row]]
	return there && s.after.values[m][s.at[column]] == nil
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
