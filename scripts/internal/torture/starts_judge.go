package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// startFacts is the state found after a server was started on the data during a command.
type startFacts struct {
	command string
	want    answer
	exit    int
	said    string
	// before are the rows from before the command, written those that a server reported as committed during it.
	before, written []string
	// now are the rows afterwards; back those that the command kept, nil if it kept nothing.
	now, back []string
	alarms    []string
	broken    string
	// twoServers means that the stack's server was started while another one ran on its data.
	twoServers bool
	// missed means that the other server came while the stack's own ran, so that the two are not devenv's fault.
	missed bool
	// stuck is why the data could not be read.
	stuck string
}

// judgeStart judges an attempt: what was committed must be in the data or be restorable, no server may lose its
// files, and a command that refused must lose nothing.
func judgeStart(f startFacts) finding {
	if f.missed {
		return finding{outcome: missed}
	}
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if f.stuck != "" {
		say("%s", f.stuck)
	}
	for _, alarm := range f.alarms {
		say("a server logged: %s", alarm)
	}
	if f.broken != "" {
		say("%s", f.broken)
	}
	if f.twoServers {
		say("the stack's server was started while another one ran on its data")
	}
	switch {
	case f.want == refusal && f.exit == 0:
		say("it was not refused")
	case f.want == success && f.exit != 0:
		say("it was refused")
	}
	if f.stuck == "" {
		f.judgeRows(say)
	}
	switch {
	case len(wrong) > 0:
		return finding{
			lost,
			fmt.Sprintf("exit %d\n", f.exit) + strings.Join(wrong, "\n") + "\n| " + strings.ReplaceAll(f.said, "\n", "\n| "),
		}
	case f.exit != 0 && len(without(f.before, f.now)) == 0:
		return finding{asBefore, lastLine(f.said)}
	case f.exit != 0: // the data was exchanged and the old one kept, but the stack could not be started
		return finding{complete, lastLine(f.said)}
	}
	return finding{outcome: complete}
}

// judgeRows says which rows were lost.
func (f startFacts) judgeRows(say func(format string, args ...any)) {
	held, where := f.now, "in the data"
	if f.command != "snapshot save" {
		held, where = append(slices.Clone(f.now), f.back...), "in the data, or in what was kept"
	}
	if missing := without(f.before, held); len(missing) > 0 {
		say("%d of %d rows from before are not %s: %s", len(missing), len(f.before), where, few(missing))
	}
	if missing := without(f.written, held); len(missing) > 0 {
		say("%d of %d rows committed during it are not %s: %s", len(missing), len(f.written), where, few(missing))
	}
	if f.exit == 0 && f.command == "snapshot save" && len(without(f.before, f.back)) > 0 {
		say("the snapshot lacks rows from before: %s", few(without(f.before, f.back)))
	}
}

// without returns the elements of all that are not in held.
func without(all, held []string) []string {
	var missing []string
	for _, one := range all {
		if !slices.Contains(held, one) {
			missing = append(missing, one)
		}
	}
	return missing
}

// few shortens a long list to its first and last elements.
func few(all []string) string {
	if len(all) < 4 {
		return strings.Join(all, ", ")
	}
	return all[0] + " … " + all[len(all)-1]
}

// lastLine returns the line of an output that tells why a run failed.
func lastLine(said string) string {
	for line := range strings.Lines(said) {
		if text, ok := strings.CutPrefix(line, "✗ "); ok && !strings.HasPrefix(text, " ") {
			return strings.TrimSpace(text)
		}
	}
	return ""
}

// sameMoment is the longest time before the stack's server in which another one can be started unseen. devenv looks for
// others, then asks the engine to start the server, then looks again and kills it; a busy engine takes a second for the
// second step, and has no way to do the first two as one.
const sameMoment = 2 * time.Second

// twoServers reports whether the stack's server was started while an intruder ran. With killed, an intruder that was
// started at the same moment does not count.
func twoServers(timeline []sighting, killed bool) bool {
	var intruders []time.Duration
	for i, what := range kinds(timeline) {
		switch at := timeline[i].at; what {
		case "intruder start":
			intruders = append(intruders, at)
		case "intruder die":
			intruders = intruders[:len(intruders)-1]
		case "postgres start":
			if len(intruders) > 0 && (!killed || at-intruders[0] > sameMoment) {
				return true
			}
		}
	}
	return false
}

// cameWhileItRan reports whether an intruder came after the stack's server had been restarted or, with alone, before
// it had been stopped.
func cameWhileItRan(timeline []sighting, alone bool) bool {
	stopped := false
	for _, what := range kinds(timeline) {
		switch what {
		case "postgres die":
			stopped = true
		case "postgres start":
			return true // and no intruder yet
		case "intruder start":
			return alone && !stopped
		}
	}
	return false
}

// kinds returns the names of sightings without their numbers.
func kinds(timeline []sighting) []string {
	var all []string
	for _, s := range timeline {
		all = append(all, strings.TrimRight(s.what, " 0123456789"))
	}
	return all
}
