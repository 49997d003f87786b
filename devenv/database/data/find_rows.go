package data

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// findRows marks the lost rows that were moved to another table, columns renamed or not.
func (w *search) findRows(ctx context.Context, before *pgx.Conn) error {
	if w.rate != 1 {
		return nil
	}
	if len(w.was.Key) == 0 {
		return w.findUnkeyed(ctx, before)
	}
	if err := w.other.load(ctx); err != nil {
		return err
	}
	var names []string
	for _, c := range w.was.Columns {
		if !c.Computed && !slices.Contains(w.was.Key, c.Name) {
			names = append(names, c.Name)
		}
	}
	reader := sides{rate: 1, keyed: true}
	all, err := reader.readRows(ctx, before, w.was, names, w.is)
	if err != nil {
		return err
	}
	var ids []string
	lost := lostRows{types: w.was.keyTypes(), names: names}
	for n, id := range all.ids {
		if _, stays := w.after.at[id]; !stays {
			ids, lost.keys, lost.values = append(ids, id), append(lost.keys, all.keys[n]), append(lost.values, all.values[n])
		}
	}
	moved, err := lost.movedTo(ctx, w.other.others(w.was.OID))
	if err != nil {
		return err
	}
	w.moved = map[string]bool{}
	for n, id := range ids {
		if moved[n] {
			w.moved[id] = true
		}
	}
	return nil
}

func (t TablePrint) keyTypes() []string {
	var types []string
	for _, name := range t.Key {
		types = append(types, t.column(name).Type)
	}
	return types
}

// lostRows are rows that are no longer in their table: their keys, of these types, and their values of other columns.
type lostRows struct {
	types  []string
	keys   [][]string
	names  []string
	values [][]*string
}

// movedTo reports for each row whether tables have it: its key, and each value beside its key. Each table keeps each
// column's values in one column of its own.
func (l lostRows) movedTo(ctx context.Context, tables []*keptIn) ([]bool, error) {
	there, found := make([]bool, len(l.keys)), make([][]bool, len(l.keys))
	for n := range found {
		found[n] = make([]bool, len(l.names))
	}
	for _, t := range tables {
		best, err := l.bestPairing(ctx, t)
		if err != nil {
			return nil, err
		}
		for n, key := range l.keys {
			row, ok := best.row(key, l.values[n])
			there[n] = there[n] || ok
			for v, value := range l.values[n] {
				c, paired := best.columns[v]
				found[n][v] = found[n][v] || ok && (paired && same(value, row[c]) || best.names(value) || best.hasMembers(value, row))
			}
		}
	}
	for n, values := range l.values {
		for v, value := range values {
			there[n] = there[n] && (value == nil || found[n][v])
		}
	}
	return there, nil
}

// pairing says which column of a place has which column's values.
type pairing struct {
	place
	columns  map[int]int
	agreeing int
}

// bestPairing returns the pairing with a table in which most values agree; an empty one if none proves anything.
func (l lostRows) bestPairing(ctx context.Context, t *keptIn) (best pairing, err error) {
	places, err := t.places(ctx, l.keys)
	for _, p := range places {
		if ctx.Err() != nil {
			return best, ctx.Err()
		}
		if q := l.pair(p); q.agreeing > best.agreeing && l.proves(q) {
			best = q
		}
	}
	return best, err
}

// pair gives each column the one that has its values in most rows.
func (l lostRows) pair(p place) pairing {
	type pair struct{ v, c, rows int }
	var pairs []pair
	for v := range l.names {
		for _, c := range p.columns() {
			rows := 0
			for n, key := range l.keys {
				if slices.ContainsFunc(p.rows[joinedKey(key)], func(m int) bool { return same(l.values[n][v], p.table.rows[m][c]) }) {
					rows++
				}
			}
			if rows > 0 {
				pairs = append(pairs, pair{v, c, rows})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(b.rows, a.rows) })
	q, taken := pairing{place: p, columns: map[int]int{}, agreeing: len(p.rows)}, map[int]bool{}
	for _, pair := range pairs {
		if _, paired := q.columns[pair.v]; !paired && !taken[pair.c] {
			q.columns[pair.v], taken[pair.c] = pair.c, true
			q.agreeing += pair.rows
		}
	}
	return q
}

// row returns the row with a key that has most of its values.
func (q pairing) row(key []string, values []*string) (best []*string, ok bool) {
	most := -1
	for _, m := range q.rows[joinedKey(key)] {
		row, agreeing := q.table.rows[m], 0
		for v, c := range q.columns {
			if same(values[v], row[c]) {
				agreeing++
			}
		}
		if agreeing > most {
			best, most = row, agreeing
		}
	}
	return best, most >= 0
}

// names reports whether a value is in the name of the table itself: rows of each kind got a table of their own.
func (q pairing) names(value *string) bool {
	words := strings.Split(strings.ToLower(q.table.print.Name), "_")
	return value != nil && len(*value) > 2 && slices.ContainsFunc(words, func(word string) bool {
		return word == strings.ToLower(*value) || word == strings.ToLower(*value)+"s"
	})
}

// hasMembers reports whether a row has every member of an object, or every element of an array, in columns beside the key.
func (q pairing) hasMembers(value *string, row []*string) bool {
	if value == nil || !strings.HasPrefix(*value, "{") && !strings.HasPrefix(*value, "[") {
		return false
	}
	var there []string
	for _, c := range q.place.columns() {
		if row[c] != nil {
			there = append(there, partsOf(*row[c])...)
		}
	}
	words := partsOf(*value)
	return len(words) > 0 && len(lacking(words, there)) == 0
}

// proves reports whether a pairing is more than a coincidence: a key that no two tables share by chance, or a column of
// the same name, with different values, or with a telling one that is no default.
func (l lostRows) proves(q pairing) bool {
	var keys [][]string
	agreed := map[int][]string{}
	for n, key := range l.keys {
		row, ok := q.row(key, l.values[n])
		if !ok {
			continue
		}
		keys = append(keys, key)
		for v, c := range q.columns {
			if value := l.values[n][v]; same(value, row[c]) {
				agreed[v] = append(agreed[v], *value)
			}
		}
	}
	for v, values := range agreed {
		differ := slices.ContainsFunc(values, func(value string) bool { return value != values[0] })
		c := q.table.print.Columns[q.columns[v]]
		if differ || c.Name == l.names[v] || len(values[0]) > 2 && !c.Filled {
			return true
		}
	}
	return l.tellingKeys(q.place, keys)
}

// tellingKeys reports whether keys are not found in a place by chance: one is a text or an identifier and no number, or
// two numbers are the two ends of a link.
func (l lostRows) tellingKeys(p place, keys [][]string) bool {
	for part, typ := range l.types {
		if f := familyOf(typ); f == familyUUID || f == familyText {
			return slices.ContainsFunc(keys, func(key []string) bool { return len(key[part]) > 2 })
		}
	}
	if len(l.types) < 2 || slices.ContainsFunc(p.key, p.table.numbers) {
		return false
	}
	return slices.ContainsFunc(keys, func(key []string) bool {
		return slices.ContainsFunc(key, func(part string) bool { return part != key[0] })
	})
}

func same(a, b *string) bool { return a != nil && b != nil && *a == *b }
