// Package sqlstate tells from a SQLSTATE whether a statement failed because of itself, or because of the machine it ran
// on. It imports none of devenv's packages.
package sqlstate

import (
	"slices"
	"strings"
)

// Machine reports whether the server could not answer: it was ended, it ends connections, or it has run out of memory,
// disk or connections. What the statement says, and what is in the database, is not the reason.
func Machine(code, message string) bool {
	switch {
	case code == "53200" && strings.Contains(message, "shared memory"):
		return false // one transaction locks too many objects: that is up to the statements
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "53"), strings.HasPrefix(code, "57P"):
		return true
	}
	return slices.Contains([]string{"58000", "58030"}, code)
}

// TimedOut reports whether a time limit, or somebody else, ended the statement. How long it would have taken depends on
// the machine.
func TimedOut(code, message string) bool {
	return slices.Contains([]string{"57014", "25P03", "25P04"}, code) || code == "55P03" && strings.Contains(message, "timeout")
}
