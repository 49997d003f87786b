package data

import (
	"slices"
	"strings"
)

// mergedInto reports whether a text of the row says what a dropped or emptied column said: its value got longer by a
// part that has that value.
func (s *sides) mergedInto(n int, value string) bool {
	for _, c := range s.was.Columns {
		at, read := s.at[c.Name]
		if !read || familyOf(c.Type) != familyText {
			continue
		}
		if is := s.now(n, at); is != nil && addsTo(s.before.values[n][at], *is, value) {
			return true
		}
	}
	return false
}

// droppedColumns returns the names of the columns that are no longer there.
func (s *sides) droppedColumns() (names []string) {
	for i, pair := range pairColumns(s.was, *s.is) {
		if pair < 0 {
			names = append(names, s.was.Columns[i].Name)
		}
	}
	return names
}

// grewBy reports whether a text of the row only got longer by a part that has the value of a column which was dropped:
// the two were merged.
func (s *sides) grewBy(dropped []string, n int, was, is string) bool {
	return slices.ContainsFunc(dropped, func(name string) bool {
		at, read := s.at[name]
		if !read {
			return false
		}
		value := s.before.values[n][at]
		return says(value) && addsTo(&was, is, *value)
	})
}

// addsTo reports whether a text is another one and, before or after it, a part that has a value. One character could
// be of any part.
func addsTo(was *string, is, value string) bool {
	if len(value) < 2 {
		return false
	}
	old := ""
	if was != nil {
		old = strings.TrimSpace(*was)
	}
	after, begins := strings.CutPrefix(is, old)
	before, ends := strings.CutSuffix(is, old)
	return begins && strings.Contains(after, value) || ends && strings.Contains(before, value)
}
