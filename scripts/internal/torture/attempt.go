package main

import (
	"fmt"
	"io"
	"strings"
)

// outcome is the result of an attempt.
type outcome string

const (
	asBefore outcome = "as before"
	complete outcome = "complete"
	nothing  outcome = "nothing found"
	missed   outcome = "missed its moment"
	lost     outcome = "LOST"
	leaked   outcome = "LEAKED"
)

// finding is an outcome and, if it is bad, what is wrong.
type finding struct {
	outcome outcome
	detail  string
}

// attempt is one attempt to make devenv lose or leak something.
type attempt struct {
	command string // devenv's
	moment  string // when in its run
	done    string // what was done to it
	finding
}

// table prints attempts as they are made and counts them.
type table struct {
	out                  io.Writer
	attempts             []attempt
	lostOnes, leakedOnes int
}

// add prints an attempt's line, followed by what is wrong.
func (t *table) add(a attempt) {
	t.attempts = append(t.attempts, a)
	switch a.outcome {
	case lost:
		t.lostOnes++
	case leaked:
		t.leakedOnes++
	default:
	}
	fmt.Fprintf(t.out, "%-17s  %-44s  %-28s  %s\n", a.command, a.moment, a.done, a.outcome)
	for line := range strings.Lines(a.detail) {
		fmt.Fprintf(t.out, "    %s\n", strings.TrimRight(line, "\n"))
	}
}

// failed reports whether anything was lost or leaked.
func (t *table) failed() bool { return t.lostOnes+t.leakedOnes > 0 }

// String returns the plain last line.
func (t *table) String() string {
	return fmt.Sprintf("%d attempts, %d lost, %d leaked", len(t.attempts), t.lostOnes, t.leakedOnes)
}
