package data

import "strings"

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

// grewBy reports whether a text of the row only got longer by a part that has the value of a column which is no longer
// there: the two were merged.
func (s *sides) grewBy(n int, was, is string) bool {
	for i, pair := range pairColumns(s.was, *s.is) {
		at, read := s.at[s.was.Columns[i].Name]
		if !read || pair >= 0 {
			continue
		}
		if value := s.before.values[n][at]; says(value) && addsTo(&was, is, *value) {
			return true
		}
	}
	return false
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
