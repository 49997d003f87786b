package migrations

import "slices"

// SameRevisions reports whether two lists of revision ids hold the same ones.
func SameRevisions(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}
