package data

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/query"
)

// rowsRead is up to how many rows of a table are read to compare them, each with its key and the columns concerned. Of
// a larger one rowsSampled are, or fewer: a row takes half a kilobyte of memory on each side.
const (
	rowsRead    = 200_000
	rowsSampled = 20_000
)

// ReadBy returns n if Examine reads one row in n of a table, 0 if it reads none of it.
func (t TablePrint) ReadBy() int { return readBy(t.Rows, len(t.Key) > 0) }

func readBy(rows int64, keyed bool) int {
	switch {
	case rows <= rowsRead:
		return 1
	case !keyed:
		return 0
	}
	rate := sampleRate
	for rows/int64(rate) > rowsSampled {
		rate *= 2
	}
	return rate
}

// rowSet holds some columns of a table's rows, ordered by key. ids and at are empty if there is no key.
type rowSet struct {
	ids    []string
	keys   [][]string
	at     map[string]int
	values [][]*string
}

// read reads the columns that the changes concern, on both sides.
func (e *examination) read(ctx context.Context, before, after *pgx.Conn, changes []Change) error {
	e.keyed = len(e.was.Key) > 0 && (e.is == nil || sameKey(e.was, *e.is))
	if e.rate = readBy(max(e.was.Rows, e.rowsNow()), e.keyed); e.rate == 0 {
		return nil
	}
	var names, now []string
	e.at = map[string]int{}
	for _, c := range changes {
		if _, known := e.at[c.Column]; c.Column == "" || known {
			continue
		}
		e.at[c.Column] = len(names)
		names = append(names, c.Column)
		if c.Kind == ColumnDropped {
			now = append(now, "")
		} else {
			now = append(now, or(c.ColumnNow, c.Column))
		}
	}
	if e.keyed && e.is != nil && slices.ContainsFunc(changes, func(c Change) bool { return c.Kind == ColumnDropped }) {
		for _, c := range e.freshColumns() {
			e.fresh = append(e.fresh, len(names))
			names, now = append(names, ""), append(now, c.Name)
		}
	}
	var err error
	if e.before, err = e.readRows(ctx, before, e.was, names, e.is); err != nil || e.is == nil {
		return err
	}
	e.after, err = e.readRows(ctx, after, *e.is, now, &e.was)
	return err
}

func (e *examination) rowsNow() int64 {
	if e.is == nil {
		return 0
	}
	return e.is.Rows
}

// readRows reads one side; an empty name is a column that this side does not have. Keys are compared under the types
// of both sides.
func (e *examination) readRows(ctx context.Context, conn *pgx.Conn, t TablePrint, names []string, other *TablePrint) (rowSet, error) {
	set := rowSet{at: map[string]int{}}
	err := query.Read(ctx, conn, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, e.rowsQuery(t, names), pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			return err
		}
		var key []string
		var values []*string
		_, err = pgx.ForEachRow(rows, []any{&key, &values}, func() error {
			set.values = append(set.values, values)
			if e.keyed {
				id := identity(key, t, other)
				set.at[id] = len(set.ids)
				set.ids, set.keys = append(set.ids, id), append(set.keys, key)
			}
			key, values = nil, nil
			return nil
		})
		return err
	})
	return set, err
}

func (e *examination) rowsQuery(t TablePrint, names []string) string {
	var keys, order, columns []string
	if e.keyed {
		for _, k := range t.Key {
			keys, order = append(keys, textOf(k)), append(order, "t."+query.Quote(k))
		}
	}
	for _, c := range names {
		if c == "" {
			columns = append(columns, "NULL")
		} else {
			columns = append(columns, textOf(c))
		}
	}
	sql := fmt.Sprintf("SELECT ARRAY[%s]::text[], ARRAY[%s]::text[] FROM %s AS t", strings.Join(keys, ", "), strings.Join(columns, ", "),
		t.source())
	if e.rate > 1 {
		sql += " WHERE " + t.sample(e.rate)
	}
	if len(order) > 0 {
		sql += " ORDER BY " + strings.Join(order, ", ")
	}
	return sql
}

// identity returns a row's key as one text.
func identity(key []string, t TablePrint, other *TablePrint) string {
	texts := slices.Clone(key)
	if other != nil && len(other.Key) == len(key) {
		for i := range texts {
			texts[i] = retyping{old: t.column(t.Key[i]).Type, new: other.column(other.Key[i]).Type}.was(texts[i])
		}
	}
	return strings.Join(texts, "\x00")
}

// display names the first few rows of before: "id=3", "a=1, b=x".
func (e *examination) display(rows []int) []string {
	if !e.keyed {
		return nil
	}
	var keys []string
	for _, n := range rows[:min(len(rows), KeysShown)] {
		keys = append(keys, e.named(n, "="))
	}
	return keys
}

// example shows what became of a value: "id 2: 99999999.9999 → 100000000.00".
func (e *examination) example(row int, was, is string) string {
	was, is = apart(was, is)
	return e.named(row, " ") + ": " + shorten(was) + " → " + shorten(is)
}

// apart cuts the common beginning of two long values, so that the shown part contains the difference.
func apart(was, is string) (string, string) {
	const most, kept = 40, 10
	a, b := []rune(was), []rune(is)
	same := 0
	for same < len(a) && same < len(b) && a[same] == b[same] {
		same++
	}
	if same < most-kept || max(len(a), len(b)) <= most {
		return was, is
	}
	return "…" + string(a[same-kept:]), "…" + string(b[same-kept:])
}

func (e *examination) named(row int, between string) string {
	parts := make([]string, len(e.was.Key))
	for i, k := range e.was.Key {
		parts[i] = k + between + shorten(e.before.keys[row][i])
	}
	return strings.Join(parts, ", ")
}

// shorten truncates a value for people, and makes an empty value and outer blanks visible.
func shorten(value string) string {
	const most = 40
	if strings.TrimSpace(value) != value || value == "" {
		value = "'" + value + "'"
	}
	if short := []rune(value); len(short) > most {
		return string(short[:most-1]) + "…"
	}
	return value
}
