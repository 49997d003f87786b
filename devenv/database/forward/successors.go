package forward

import (
	"maps"
	"strings"

	"devenv/devenv/database/catalog"
)

// succeeding returns the state after an upgrade in which functions that were made anew with other arguments have the
// name that they had before, so that they are compared; and the new names by the old.
func (s State) succeeding(before State) (State, map[string]string) {
	renamed := map[string]string{}
	for label, old := range only(before.Catalog, s.Catalog) {
		if is := only(s.Catalog, before.Catalog)[label]; len(old) == 1 && len(is) == 1 {
			renamed[old[0]] = is[0]
		}
	}
	if len(renamed) == 0 {
		return s, renamed
	}
	s.Catalog.Objects = maps.Clone(s.Catalog.Objects)
	s.Access.Rights, s.Access.Open, s.Access.Owners = maps.Clone(s.Access.Rights), maps.Clone(s.Access.Open), maps.Clone(s.Access.Owners)
	for old, is := range renamed {
		move(s.Catalog.Objects, is, old)
		move(s.Catalog.Objects, "grant:"+is, "grant:"+old)
		move(s.Access.Owners, is, old)
		for role := range s.Access.Roles {
			move(s.Access.Rights, Grant{role, is}, Grant{role, old})
			move(s.Access.Open, Grant{role, is}, Grant{role, old})
		}
	}
	return s, renamed
}

// only returns the functions that a catalog has and another one lacks, by their names without arguments.
func only(in, other catalog.Catalog) map[string][]string {
	found := map[string][]string{}
	for _, name := range in.Names("function") {
		if _, there := other.Objects[name]; !there {
			found[Label(name)] = append(found[Label(name)], name)
		}
	}
	return found
}

func move[K comparable, V any](values map[K]V, from, to K) {
	if v, there := values[from]; there {
		values[to] = v
		delete(values, from)
	}
}

// named returns a change with the name that a function has now.
func (c Change) named(renamed map[string]string) Change {
	if is, ok := renamed[c.Object]; ok {
		c.Mend = strings.ReplaceAll(c.Mend, sqlName(c.Object), sqlName(is))
		c.Object = is
	}
	return c
}
