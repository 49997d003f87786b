package discover

import (
	"maps"
	"slices"
	"strings"
)

// dependencies returns the transitive depends_on of a service, sorted, without itself.
func (s *stack) dependencies(name string) []string {
	seen := map[string]bool{name: true}
	queue := []string{name}
	for len(queue) > 0 {
		for d := range s.service(queue[0]).DependsOn {
			// What a provider makes is no container, and is the user's.
			if on, enabled := s.project.Services[d]; enabled && on.Provider == nil && !seen[d] {
				seen[d] = true
				queue = append(queue, d)
			}
		}
		queue = queue[1:]
	}
	delete(seen, name)
	return slices.Sorted(maps.Keys(seen))
}

// uses says whether a service depends on another or names it as a host in its environment, and how.
func (s *stack) uses(service, other string) (bool, string) {
	if key := s.mentions(service, other); key != "" {
		return true, "its environment's " + key
	}
	if slices.Contains(s.dependencies(service), other) {
		return true, "depends_on"
	}
	return false, ""
}

// mentions returns the variable of a service's environment that holds the other service as a host; never its value.
func (s *stack) mentions(service, other string) string {
	svc, target := s.service(service), s.service(other)
	names := []string{other, target.ContainerName, target.Hostname}
	for _, n := range target.Networks {
		if n != nil {
			names = append(names, n.Aliases...)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(svc.Environment)) {
		value := svc.Environment[key]
		if value == nil {
			continue
		}
		for _, name := range names {
			if name != "" && isHost(key, *value, name) {
				return key
			}
		}
	}
	return ""
}

func isHost(key, value, name string) bool {
	if value == name {
		return anyOf(key, "host", "hostname", "server", "address", "addr", "pghost") || strings.HasSuffix(strings.ToLower(key), "host")
	}
	for _, before := range []string{"@", "//", "host="} {
		// every place: a password may hold an @ and what looks like the name
		for _, rest := range strings.Split(value, before+name)[1:] {
			if rest == "" && strings.HasSuffix(value, before+name) || rest != "" && strings.ContainsAny(rest[:1], ":/? ,") {
				return true
			}
		}
	}
	return false
}
