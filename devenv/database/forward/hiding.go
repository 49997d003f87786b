package forward

import "strings"

// Hides reports whether row security hides a table's rows (schema.table) even from its owner, who is no superuser: what
// the owner's migration does to the rows does nothing.
func (s State) Hides(label string) bool {
	object := "table:" + label
	_, bound := s.Access.Roles[s.Access.Owners[object]] // superusers are not listed
	return bound && strings.HasSuffix(part(s.Catalog.Objects[object], "row level security"), "forced")
}
