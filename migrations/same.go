package migrations

import "slices"

// AtHead reports whether a database that records these revisions is at the heads of a history. A tool may record no
// head that another one depends on: with that one, it is applied as well.
func (h History) AtHead(recorded []string) bool {
	applied := map[string]bool{}
	var apply func(name string) bool
	apply = func(name string) bool {
		i := slices.IndexFunc(h.Revisions, func(r Revision) bool { return r.ID == name || slices.Contains(r.Labels, name) })
		if i < 0 {
			return false
		}
		r := h.Revisions[i]
		if !applied[r.ID] {
			applied[r.ID] = true
			for _, needed := range slices.Concat(r.Down, r.Dependencies) {
				apply(needed)
			}
		}
		return true
	}
	for _, id := range recorded {
		if !apply(id) {
			return false
		}
	}
	return !slices.ContainsFunc(h.Heads(), func(id string) bool { return !applied[id] })
}
