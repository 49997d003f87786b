package data

import (
	"context"
	"slices"
	"strings"
	"time"
)

// isBound reports whether a new column's range has each value of a column as the same bound, and none where the column
// had no value.
func (w *search) isBound(column string) bool {
	for i, c := range w.freshColumns() {
		if !strings.HasSuffix(c.Type, "range") {
			continue
		}
		for _, upper := range []bool{false, true} {
			if w.allBounds(column, w.fresh[i], upper) {
				return true
			}
		}
	}
	return false
}

// allBounds reports whether a bound of a new column's ranges is a column's value in every row that is still there.
func (w *search) allBounds(column string, at int, upper bool) bool {
	f, values := familyOf(w.was.column(column).Type), 0
	for n, row := range w.before.values {
		if _, stays := w.after.at[w.before.ids[n]]; !stays {
			continue
		}
		was, is := row[w.at[column]], w.now(n, at)
		if was == nil && is == nil {
			continue
		}
		if is == nil || !slices.Contains(boundOf(*is, upper, f), spelled(was, f)) {
			return false
		}
		if was != nil {
			values++
		}
	}
	return values > 0
}

// spelled returns a value in normal form, an empty text for NULL.
func spelled(value *string, f family) string {
	if value == nil {
		return ""
	}
	return spellAs(*value, f)
}

// boundOf returns what a range's bound may have been made from: the bound, and the day before the upper one that a
// range of whole days does not include. It is an empty text where the range has no bound.
func boundOf(text string, upper bool, f family) []string {
	if len(text) < len("(,)") || !strings.ContainsAny(text[:1], "[(") {
		return nil // the empty range has no bounds, and says nothing about them
	}
	low, high, _ := strings.Cut(text[1:len(text)-1], ",")
	bound := low
	if upper {
		bound = high
	}
	bound = strings.Trim(bound, `"`)
	if bound == "" || bound == "infinity" || bound == "-infinity" {
		return []string{""}
	}
	found := []string{spellAs(bound, f)}
	if day, err := time.Parse(time.DateOnly, bound); upper && err == nil {
		found = append(found, spellAs(day.AddDate(0, 0, -1).Format(time.DateOnly), f))
	}
	return found
}

// fewListed is up to how many rows may be listed in another table by chance.
const fewListed = 2

// isListed reports whether a table lists just the rows in which a boolean was true: by their keys, in columns that are
// named after this table or that have more than a few of them.
func (w *search) isListed(ctx context.Context, column string) (bool, error) {
	if familyOf(w.was.column(column).Type) != familyBoolean {
		return false, nil
	}
	listed, others, keys := map[string]bool{}, 0, [][]string(nil)
	for n, id := range w.before.ids {
		value := w.before.values[n][w.at[column]]
		if _, stays := w.after.at[id]; !stays {
			continue
		}
		if keys = append(keys, w.before.keys[n]); value != nil && *value == "true" {
			listed[joinedKey(w.before.keys[n])] = true
		} else {
			others++
		}
	}
	if len(listed) == 0 || others == 0 {
		return false, nil
	}
	name := strings.ToLower(strings.TrimSuffix(w.was.Name, "s"))
	for _, t := range w.other.others(w.was.OID) {
		places, err := t.places(ctx, keys)
		if err != nil {
			return false, err
		}
		for _, p := range places {
			named := strings.Contains(strings.ToLower(t.print.Columns[p.key[0]].Name), name)
			if (named || len(listed) > fewListed) && sameIDs(listed, p.rows) {
				return true, nil
			}
		}
	}
	return false, nil
}

// sameIDs reports whether the rows of a place are those that are listed.
func sameIDs(listed map[string]bool, rows map[string][]int) bool {
	for id := range rows {
		if !listed[id] {
			return false
		}
	}
	return len(listed) == len(rows)
}
