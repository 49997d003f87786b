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

// Label returns the label of the line that a revision belongs to: its own, or that of the nearest of its parents that
// has one; empty if none has.
func (h History) Label(id string) string {
	for range h.Revisions {
		r, ok := h.Find(id)
		switch {
		case !ok:
			return ""
		case len(r.Labels) > 0:
			return r.Labels[0]
		case len(r.Down) != 1:
			return ""
		}
		id = r.Down[0]
	}
	return ""
}
