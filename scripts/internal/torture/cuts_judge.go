package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"devenv/devenv/sample"
)

// cutFacts is the state found after a command was interrupted and the next one had run.
type cutFacts struct {
	command             cutting
	signal              syscall.Signal
	exit                int // -1: killed
	gitBefore, gitAfter treeState
	// dataBefore summarizes the rows from before, dataComplete those after the complete command; dataBefore is empty
	// if the stack was down, since its rows are those of the complete command.
	dataBefore, dataComplete, dataAfter string
	running, runningAfter               []string // services
	left                                []string
	broken, stuck                       string
}

// judgeCut judges an attempt: the repository and the data must each be as before or complete, the stack must run
// again, and nothing must be left.
func judgeCut(f cutFacts) finding {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if f.stuck != "" {
		return finding{lost, f.stuck}
	}
	found := asBefore
	if changed := differences(f.gitBefore, f.gitAfter); len(changed) > 0 {
		found = complete
		if f.command.name != "new-migration" || !delivered(f.gitBefore, f.gitAfter, sample.VersionsDir) {
			say("the repository is neither as before nor complete: %s", strings.Join(changed, ", "))
		}
	}
	switch f.dataAfter {
	case f.dataBefore:
	case f.dataComplete:
		found = complete
	default:
		say("the rows are neither as before nor complete: %s", tablesThatDiffer(f.dataBefore, f.dataAfter))
	}
	if f.broken != "" {
		say("%s", f.broken)
	}
	if missing := without(f.running, f.runningAfter); len(missing) > 0 {
		say("no longer running: %s", strings.Join(missing, ", "))
	}
	for _, one := range f.left {
		say("left: %s", one)
	}
	// A run that ended before it could be interrupted has done its work.
	if f.exit >= 0 && !slices.Contains([]int{0, 3, 130}, f.exit) {
		say("exit %d", f.exit)
	}
	if len(wrong) > 0 {
		return finding{lost, strings.Join(wrong, "\n")}
	}
	return finding{outcome: found}
}

// tablesThatDiffer returns the tables whose sums differ.
func tablesThatDiffer(a, b string) string {
	return strings.Join(append(without(strings.Fields(a), strings.Fields(b)), without(strings.Fields(b), strings.Fields(a))...), " ")
}

// reused matches the names of images that later runs use, and of snapshots, which stay.
var reused = regexp.MustCompile(`^devenv/(base:[0-9a-f]{20}(-empty)?|build:[0-9a-f]+|used:\S+|snapshot:\S+)$`)

// useless returns the images that no later run uses.
func useless(images []image, project string) []string {
	var left []string
	parents := map[string]bool{}
	for _, i := range images {
		parents[i.Parent] = true
	}
	for _, i := range images {
		named := slices.ContainsFunc(i.RepoTags,
			func(tag string) bool { return reused.MatchString(tag) || strings.HasPrefix(tag, project) })
		if !named && (!parents[i.ID] || len(i.RepoTags) > 0) { // a nameless parent is a layer of another image
			left = append(left, "image "+i.name())
		}
	}
	return left
}
