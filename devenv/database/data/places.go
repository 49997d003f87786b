package data

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// place is where a table may have other rows: the columns that hold their key, and the table's rows by it.
type place struct {
	table *keptIn
	key   []int
	rows  map[string][]int
}

// placesTried is how many columns may hold a part of a key, and in how many ways a table may hold whole keys: an id is
// among the values of many columns, but only few have nearly as many of the ids as the best.
const placesTried = 4

// places returns the ways in which a table may hold keys, those that have most of them first.
func (t *keptIn) places(ctx context.Context, keys [][]string) ([]place, error) {
	if len(keys) == 0 || len(keys[0]) == 0 {
		return nil, nil
	}
	wanted := map[string]bool{}
	for _, key := range keys {
		wanted[joinedKey(key)] = true
	}
	ways := [][]int{nil}
	for part := range keys[0] {
		var longer [][]int
		columns := t.candidates(keys, part)
		for _, way := range ways {
			for _, c := range columns {
				if !slices.Contains(way, c) {
					longer = append(longer, append(slices.Clone(way), c))
				}
			}
		}
		ways = longer[:min(len(longer), placesTried*placesTried)]
	}
	var found []place
	for _, way := range ways {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if p := t.placeAt(way, wanted); len(p.rows) > 0 {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b place) int { return cmp.Compare(len(b.rows), len(a.rows)) })
	return found[:min(len(found), placesTried)], nil
}

// candidates returns the columns that hold most of the values of a part of keys.
func (t *keptIn) candidates(keys [][]string, part int) []int {
	wanted := map[string]bool{}
	for _, key := range keys {
		wanted[key[part]] = true
	}
	counts := make([]int, len(t.print.Columns))
	var columns []int
	for c := range counts {
		seen := map[string]bool{}
		for _, row := range t.rows {
			if v := row[c]; v != nil && wanted[*v] {
				seen[*v] = true
			}
		}
		counts[c] = len(seen)
		columns = append(columns, c)
	}
	most := slices.Max(append(counts, 0))
	columns = slices.DeleteFunc(columns, func(c int) bool { return counts[c] == 0 || counts[c]*2 < most })
	slices.SortStableFunc(columns, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	return columns[:min(len(columns), placesTried)]
}

// placeAt finds the rows of wanted keys in some columns.
func (t *keptIn) placeAt(columns []int, wanted map[string]bool) place {
	p := place{table: t, key: columns, rows: map[string][]int{}}
	for n, row := range t.rows {
		key := make([]string, 0, len(columns))
		for _, c := range columns {
			if row[c] != nil {
				key = append(key, *row[c])
			}
		}
		if id := joinedKey(key); len(key) == len(columns) && wanted[id] {
			p.rows[id] = append(p.rows[id], n)
		}
	}
	return p
}

// columns returns the indexes of the columns that may hold values beside the key.
func (p place) columns() []int {
	var columns []int
	for c := range p.table.print.Columns {
		if !p.table.numbers(c) && !slices.Contains(p.key, c) {
			columns = append(columns, c)
		}
	}
	return columns
}

// numbers reports whether a column is the number that is the table's own key: it proves nothing, because ids that start
// at 1 are the same everywhere.
func (t *keptIn) numbers(c int) bool {
	column := t.print.Columns[c]
	return len(t.print.Key) == 1 && t.print.Key[0] == column.Name && familyOf(column.Type) == familyNumber
}

func joinedKey(key []string) string { return strings.Join(key, "\x00") }
