package data

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

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

// sides are the rows of one table before and after a migration, as far as changes concern them; is is nil if the table was
// dropped.
type sides struct {
	was    TablePrint
	is     *TablePrint
	keyed  bool // the same columns identify the rows of both sides
	rate   int  // one row in rate was read; 0 means none
	before rowSet
	after  rowSet
	at     map[string]int // the index of a column's values in each row, by its old name
	fresh  []int          // the indexes of the values of columns that the table did not have before
	// kept are the rows of dropped columns whose lists are in another table, item by item.
	kept map[string]map[int]bool
}

// read reads the columns that the changes concern, on both sides.
func (s *sides) read(ctx context.Context, before, after *pgx.Conn, changes []Change) error {
	s.keyed = len(s.was.Key) > 0 && (s.is == nil || sameKey(s.was, *s.is))
	if s.rate = readBy(max(s.was.Rows, s.rowsNow()), s.keyed); s.rate == 0 {
		return nil
	}
	var names, now []string
	s.at = map[string]int{}
	for _, c := range changes {
		if _, known := s.at[c.Column]; c.Column == "" || known {
			continue
		}
		s.at[c.Column] = len(names)
		names = append(names, c.Column)
		if c.Kind == ColumnDropped {
			now = append(now, "")
		} else {
			now = append(now, or(c.ColumnNow, c.Column))
		}
	}
	if s.keyed && s.is != nil && slices.ContainsFunc(changes, s.mayBeInFresh) {
		for _, c := range s.freshColumns() {
			s.fresh = append(s.fresh, len(names))
			names, now = append(names, ""), append(now, c.Name)
		}
	}
	var err error
	if s.before, err = s.readRows(ctx, before, s.was, names, s.is); err != nil || s.is == nil {
		return err
	}
	s.after, err = s.readRows(ctx, after, *s.is, now, &s.was)
	return err
}

// mayBeInFresh reports whether values that a change concerns may be in the table's new columns.
func (s *sides) mayBeInFresh(c Change) bool {
	return c.Kind == ColumnDropped || c.Kind == ValuesChanged && familyOf(s.was.column(c.Column).Type) == familyJSON
}

func (s *sides) rowsNow() int64 {
	if s.is == nil {
		return 0
	}
	return s.is.Rows
}

// readRows reads one side; an empty name is a column that this side does not have. Keys are compared under the types
// of both sides.
func (s *sides) readRows(ctx context.Context, conn *pgx.Conn, t TablePrint, names []string, other *TablePrint) (rowSet, error) {
	set := rowSet{at: map[string]int{}}
	err := query.Read(ctx, conn, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, s.rowsQuery(t, names), pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			return err
		}
		var key []string
		var values []*string
		_, err = pgx.ForEachRow(rows, []any{&key, &values}, func() error {
			set.values = append(set.values, values)
			if s.keyed {
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

func (s *sides) rowsQuery(t TablePrint, names []string) string {
	var keys, order, columns []string
	if s.keyed {
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
	if s.rate > 1 {
		sql += " WHERE " + t.sample(s.rate)
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
func (s *sides) display(rows []int) []string {
	if !s.keyed {
		return nil
	}
	var keys []string
	for _, n := range rows[:min(len(rows), KeysShown)] {
		keys = append(keys, s.named(n, "="))
	}
	return keys
}

// example shows what became of a value: "id 2: 99999999.9999 → 100000000.00".
func (s *sides) example(row int, was, is string) string {
	was, is = apart(was, is)
	return s.named(row, " ") + ": " + shorten(was) + " → " + shorten(is)
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

func (s *sides) named(row int, between string) string {
	parts := make([]string, len(s.was.Key))
	for i, k := range s.was.Key {
		parts[i] = k + between + shorten(s.before.keys[row][i])
	}
	return strings.Join(parts, ", ")
}

// visible returns a text with its control characters as escapes.
func visible(text string) string {
	var b strings.Builder
	for _, c := range text {
		if unicode.IsControl(c) {
			b.WriteString(strings.Trim(strconv.QuoteRune(c), "'"))
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// shorten truncates a value for people, and makes an empty value, outer blanks and control characters visible.
func shorten(value string) string {
	const most = 40
	quoted := strings.TrimSpace(value) != value || value == "" || strings.ContainsFunc(value, unicode.IsControl)
	if short := []rune(value); len(short) > most {
		value = string(short[:most-1]) + "…"
	}
	if quoted {
		return "'" + visible(value) + "'"
	}
	return value
}
