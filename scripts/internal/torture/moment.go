package main

import (
	"fmt"
	"time"
)

// moment is a point in a command's run that can be found in its next run: some time after a sighting. Times since the
// beginning would drift on a busy machine.
type moment struct {
	name  string
	after string
	wait  time.Duration
}

// String names the moment for people.
func (m moment) String() string {
	if m.name != "" {
		return m.name
	}
	if m.wait == 0 {
		return "at " + m.after
	}
	return fmt.Sprintf("%d ms after %s", m.wait.Milliseconds(), m.after)
}

// nearEnd is how long before a step's end its last moment is.
const nearEnd = 20 * time.Millisecond

// cutMoments returns the beginning, the middle and the end of every step of a run.
func cutMoments(timeline []sighting) []moment {
	var moments []moment
	for _, s := range timeline {
		if s.what[:min(5, len(s.what))] != "step " {
			continue
		}
		start := max(s.at-s.took, 0)
		for _, part := range []struct {
			name string
			at   time.Duration
		}{{"the beginning", start}, {"the middle", start + (s.at-start)/2}, {"the end", max(s.at-nearEnd, start)}} {
			m := locate(timeline, part.at)
			m.name = part.name + " of " + s.what
			moments = append(moments, m)
		}
	}
	return moments
}

// locate describes a time of a run by the last sighting before it.
func locate(timeline []sighting, at time.Duration) moment {
	m := moment{after: began, wait: at}
	for _, s := range timeline {
		if s.at > at {
			break
		}
		m = moment{after: s.what, wait: at - s.at}
	}
	return m
}

// everyMoment returns all sightings of a run, and moments at regular intervals between two that are far apart.
func everyMoment(timeline []sighting, ended, every time.Duration) []moment {
	var moments []moment
	for i, s := range timeline {
		next := ended
		if i+1 < len(timeline) {
			next = timeline[i+1].at
		}
		for wait := time.Duration(0); wait == 0 || s.at+wait < next; wait += every {
			moments = append(moments, moment{after: s.what, wait: wait})
		}
	}
	return moments
}

// between keeps what happened between two sightings, both of them included.
func between(timeline []sighting, from, to string) []sighting {
	var kept []sighting
	inside := false
	for _, s := range timeline {
		inside = inside || s.what == from
		if inside {
			kept = append(kept, s)
		}
		if s.what == to && inside {
			break
		}
	}
	return kept
}

// spread picks at most n of all, evenly; 0 picks all.
func spread[T any](all []T, n int) []T {
	if n <= 0 || n >= len(all) {
		return all
	}
	picked := make([]T, 0, n)
	for i := range n {
		picked = append(picked, all[(2*i+1)*len(all)/(2*n)])
	}
	return picked
}
