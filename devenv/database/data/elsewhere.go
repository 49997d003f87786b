package data

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

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
	rows  [][]string // the values of each row
	by    map[string][]int
}

// lookupRows is how many rows a table that did not grow may have to be read as a lookup.
const lookupRows = 1000

// newElsewhere chooses the tables to search.
func newElsewhere(before, after State, now []int) *elsewhere {
	e := &elsewhere{conn: after.Conn}
	for j, t := range after.Print.Tables {
		i := slices.Index(now, j)
		grown := i < 0 || t.Rows > before.Print.Tables[i].Rows
		if t.Rows > 0 && t.Rows <= rowsRead && (grown || t.Rows <= lookupRows) {
			e.tables = append(e.tables, keptIn{print: t, grown: grown})
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
		reader := examination{rate: 1}
		set, err := reader.readRows(ctx, e.conn, t.print, names, nil)
		if err != nil {
			return err
		}
		t.by = map[string][]int{}
		for n, row := range set.values {
			values := make([]string, 0, len(row))
			for _, v := range row {
				if v != nil {
					values = append(values, *v)
					t.by[*v] = append(t.by[*v], n)
				}
			}
			t.rows = append(t.rows, values)
		}
	}
	return nil
}

// holds reports whether the tables have all values of a row together with those of its key, each table in one row. Only
// tables other than from, which took rows in, count.
func (e *elsewhere) holds(from uint32, key, values []string) bool {
	missing := slices.Clone(values)
	for i := range e.tables {
		t := &e.tables[i]
		if !t.grown || t.print.OID == from || len(key) == 0 {
			continue
		}
		best := missing
		for _, n := range t.by[key[0]] {
			rest, ok := minus(t.rows[n], key)
			if !ok {
				continue
			}
			if left := lacking(missing, rest); len(left) < len(best) {
				best = left
			}
		}
		if missing = best; len(missing) == 0 {
			return true
		}
	}
	return false
}

// translates reports whether a lookup has a row with this key and this value.
func (e *elsewhere) translates(from uint32, key, value string) bool {
	for i := range e.tables {
		t := &e.tables[i]
		if t.print.OID == from || len(t.print.Key) != 1 {
			continue
		}
		for _, n := range t.by[value] {
			if rest, ok := minus(t.rows[n], []string{value}); ok && slices.Contains(rest, key) {
				return true
			}
		}
	}
	return false
}

// minus returns a row's values without some of them, and whether it had them all.
func minus(row, some []string) ([]string, bool) {
	row = slices.Clone(row)
	for _, value := range some {
		i := slices.Index(row, value)
		if i < 0 {
			return nil, false
		}
		row = slices.Delete(row, i, i+1)
	}
	return row, true
}

// lacking returns the wanted values that a row does not have.
func lacking(wanted, row []string) []string {
	row = slices.Clone(row)
	var left []string
	for _, value := range wanted {
		if i := slices.Index(row, value); i >= 0 {
			row = slices.Delete(row, i, i+1)
		} else {
			left = append(left, value)
		}
	}
	return left
}

// findRows marks the lost rows that were moved to another table, columns renamed or not.
func (e *examination) findRows(ctx context.Context, before *pgx.Conn, other *elsewhere) error {
	if e.rate != 1 || len(e.was.Key) == 0 {
		return nil
	}
	if err := other.load(ctx); err != nil {
		return err
	}
	var names []string
	for _, c := range e.was.Columns {
		if !c.Computed && !slices.Contains(e.was.Key, c.Name) {
			names = append(names, c.Name)
		}
	}
	reader := examination{rate: 1, keyed: true}
	all, err := reader.readRows(ctx, before, e.was, names, e.is)
	if err != nil {
		return err
	}
	e.moved = map[string]bool{}
	for n, id := range all.ids {
		if _, stays := e.after.at[id]; !stays && other.holds(e.was.OID, all.keys[n], present(all.values[n])) {
			e.moved[id] = true
		}
	}
	return nil
}

func present(values []*string) []string {
	var texts []string
	for _, v := range values {
		if v != nil {
			texts = append(texts, *v)
		}
	}
	return texts
}

// fewValues is up to how many different values a column is taken for a list of states.
const fewValues = 20

// livesOn reports whether each value of a dropped or emptied column is in another form: whole or item by item with
// the row's key in another table, as the key of a lookup, in parts in the row's new columns, or as another name of the
// state that it was.
func (e *examination) livesOn(ctx context.Context, column string, other *elsewhere) (bool, error) {
	if e.rate != 1 || !e.keyed || e.is == nil {
		return false, nil
	}
	if err := other.load(ctx); err != nil {
		return false, err
	}
	kept := func(n int, value string) bool { return other.holds(e.was.OID, e.before.keys[n], []string{value}) }
	items := func(n int, value string) bool {
		lost := func(item string) bool { return item != "" && !kept(n, item) }
		return !slices.ContainsFunc(strings.Split(list(value, familyText), ","), lost)
	}
	if e.everywhere(column, kept) || e.everywhere(column, items) || e.everywhere(column, e.inParts) {
		return true, nil
	}
	return slices.ContainsFunc(e.fresh, func(at int) bool {
		return e.renamed(column, at) || e.everywhere(column, func(n int, value string) bool {
			key := e.now(n, at)
			return key != nil && other.translates(e.was.OID, *key, value)
		})
	}), nil
}

// now returns the value of a new column in the row that was the nth.
func (e *examination) now(n, at int) *string { return e.after.values[e.after.at[e.before.ids[n]]][at] }

// renamed reports whether a new column has one value of its own for each of the few values of a column.
func (e *examination) renamed(column string, at int) bool {
	names, rows := map[string]string{}, 0
	whole := e.everywhere(column, func(n int, value string) bool {
		is := e.now(n, at)
		if is == nil || names[value] != "" && names[value] != *is {
			return false
		}
		names[value] = *is
		rows++
		return true
	})
	different := map[string]bool{}
	for _, is := range names {
		different[is] = true
	}
	states := rows > len(names) // an enum or a boolean is a state, however few rows there are
	if f := familyOf(e.was.column(column).Type); f == familyOther || f == familyBoolean {
		states = true
	}
	return whole && states && len(different) == len(names) && len(names) <= fewValues
}

// everywhere reports whether a column's values differ, and all those of rows that are still there satisfy a condition.
func (e *examination) everywhere(column string, found func(row int, value string) bool) bool {
	different := map[string]bool{}
	for n, values := range e.before.values {
		value := values[e.at[column]]
		if _, stays := e.after.at[e.before.ids[n]]; value == nil || !stays {
			continue
		}
		if different[*value] = true; !found(n, *value) {
			return false
		}
	}
	return len(different) > 1
}

// inParts reports whether all words of a value are in the row's new columns.
func (e *examination) inParts(n int, value string) bool {
	word := regexp.MustCompile(`[\pL\pN]+`)
	var there []string
	for _, at := range e.fresh {
		if v := e.now(n, at); v != nil {
			there = append(there, word.FindAllString(strings.ToLower(*v), -1)...)
		}
	}
	if object := map[string]any{}; json.Unmarshal([]byte(value), &object) == nil { // its keys became the columns' names
		value = ""
		for _, v := range object {
			value += " " + scalar(v)
		}
	}
	words := word.FindAllString(strings.ToLower(value), -1)
	return len(words) > 0 && len(lacking(words, there)) == 0
}
