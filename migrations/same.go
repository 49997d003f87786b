package migrations

import "slices"

// SameRevisions reports whether two lists contain the same revision ids, in any order.
func SameRevisions(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}
