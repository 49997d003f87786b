package trials

import (
	"fmt"
	"slices"

	"devenv/devenv/checks"
)

// choose returns the wanted trials and those that they need, in their original order. Other trials that offer the same
// resources are on standby.
func choose(trials []trial, wanted func(checks.Trial) bool) []trial {
	chosen, standby := map[checks.Trial]bool{}, map[checks.Trial]bool{}
	var add func(t *trial)
	add = func(t *trial) {
		if chosen[t.name] {
			return
		}
		chosen[t.name] = true
		for _, need := range t.needs {
			for i, offerer := range offerers(trials, need) {
				if i == 0 {
					add(offerer)
				}
				standby[offerer.name] = true
			}
		}
	}
	for i := range trials {
		if wanted(trials[i].name) {
			add(&trials[i])
		}
	}
	var list []trial
	for _, t := range trials {
		t.standby = !chosen[t.name]
		if chosen[t.name] || standby[t.name] {
			list = append(list, t)
		}
	}
	return list
}

// validate returns an error if a name appears twice, a need has no provider, or the graph has a cycle.
func validate(trials []trial, given map[string][]*offering) error {
	seen := map[checks.Trial]bool{}
	for i := range trials {
		t := &trials[i]
		if seen[t.name] {
			return fmt.Errorf("trial %s appears twice", t.name)
		}
		seen[t.name] = true
		if t.ends != nil && !declares(t.needs, t.ends) {
			return fmt.Errorf("trial %s ends %s, which it does not need", t.name, t.ends)
		}
		for _, need := range t.needs {
			if len(given[need.String()]) == 0 && len(offerers(trials, need)) == 0 {
				return fmt.Errorf("trial %s needs %s, which nothing offers", t.name, need)
			}
		}
	}
	return findCycle(trials)
}

// findCycle returns an error that names a trial which waits for itself, directly or through others.
func findCycle(trials []trial) error {
	const visiting, visited = 1, 2
	state := map[checks.Trial]int{}
	var visit func(t *trial) error
	visit = func(t *trial) error {
		switch state[t.name] {
		case visiting:
			return fmt.Errorf("trial %s waits for itself", t.name)
		case visited:
			return nil
		}
		state[t.name] = visiting
		for _, other := range waitsFor(trials, t) {
			if err := visit(other); err != nil {
				return err
			}
		}
		state[t.name] = visited
		return nil
	}
	for i := range trials {
		if err := visit(&trials[i]); err != nil {
			return err
		}
	}
	return nil
}

// waitsFor returns the trials that a trial waits for: for their offers, or for them to end.
func waitsFor(trials []trial, t *trial) []*trial {
	var others []*trial
	if t.standby {
		for _, offer := range t.offers {
			preferred := offerers(trials, offer)
			others = append(others, preferred[:slices.IndexFunc(preferred, func(o *trial) bool { return o.name == t.name })]...)
		}
	}
	for _, need := range slices.Concat(t.needs, t.uses) {
		others = append(others, offerers(trials, need)...)
	}
	return append(others, users(trials, t)...)
}

// users returns the other trials that need or use what a trial uses up.
func users(trials []trial, t *trial) []*trial {
	var others []*trial
	for i := range trials {
		other := &trials[i]
		if t.ends != nil && other.name != t.name && (declares(other.needs, t.ends) || declares(other.uses, t.ends)) {
			others = append(others, other)
		}
	}
	return others
}

// offerers returns the trials that offer a resource.
func offerers(trials []trial, r anyResource) []*trial {
	var found []*trial
	for i := range trials {
		if declares(trials[i].offers, r) {
			found = append(found, &trials[i])
		}
	}
	return found
}
