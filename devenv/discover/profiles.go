package discover

import (
	"maps"
	"slices"
	"strings"
)

// disabled returns the names of the services whose profiles are inactive, sorted.
func (s services) disabled() []string {
	return filter(slices.Sorted(maps.Keys(s.project.DisabledServices)), func(n string) bool { return len(s.get(n).Profiles) > 0 })
}

// wants reports whether a service names another one, or depends on it directly, even if the profile of either is
// inactive.
func (s services) wants(name, other string) bool {
	_, depends := s.get(name).DependsOn[other]
	return depends || s.mentions(name, other) != ""
}

// inactive says that services have inactive profiles, and what they do.
func (s services) inactive(names []string, does string) string {
	var clauses []string
	for _, name := range names {
		profiles := s.profiles(name)
		clause := "the service " + name + " " + does + ", but its profile " + listing(profiles) + " is inactive"
		if len(profiles) > 1 {
			clause = "the service " + name + " " + does + ", but its profiles " + listing(profiles) + " are inactive"
		}
		clauses = append(clauses, clause)
	}
	return strings.Join(clauses, "; ")
}

// profiles returns the profiles of a service, sorted.
func (s services) profiles(name string) []string {
	return slices.Sorted(slices.Values(s.get(name).Profiles))
}

// activating returns the lines each of which activates one of the services that is inactive, along with one of the
// users, if they are inactive too.
func (s services) activating(names, users []string) []string {
	users = filter(users, func(u string) bool { return slices.Contains(s.disabled(), u) })
	var out, both []string
	for _, name := range names {
		for _, profile := range s.profiles(name) {
			line, has := profile, func(u string) bool { return slices.Contains(s.profiles(u), profile) }
			switch {
			case slices.ContainsFunc(users, has):
				both = append(both, line)
			case len(users) > 0:
				line += ", " + s.profiles(users[0])[0]
			}
			out = append(out, line)
		}
	}
	if len(both) > 0 {
		out = both
	}
	slices.Sort(out)
	return lines("compose: {profiles: [%s]}", slices.Compact(out))
}
