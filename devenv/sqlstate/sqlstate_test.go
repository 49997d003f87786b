package sqlstate

import "testing"

func TestOnlyTheMachinesStatesBlameTheMachine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code, message     string
		machine, timedOut bool
	}{
		{"57P01", "terminating connection due to administrator command", true, false},
		{"57P02", "terminating connection because of crash of another server process", true, false},
		{"57P03", "the database system is in recovery mode", true, false},
		{"08006", "connection failure", true, false},
		{"53100", "could not extend file: No space left on device", true, false},
		{"53200", "out of memory", true, false},
		{"53300", "sorry, too many clients already", true, false},
		{"58030", "could not fsync file: Input/output error", true, false},
		{"57014", "canceling statement due to statement timeout", false, true},
		{"55P03", "canceling statement due to lock timeout", false, true},
		{"53200", "out of shared memory", false, false},
		{"55P03", `could not obtain lock on relation "users"`, false, false},
		{"58P01", `could not open extension control file`, false, false},
		{"23502", "null value", false, false},
		{"28P01", "password authentication failed", false, false},
		{"", "", false, false},
	} {
		if got := Machine(c.code, c.message); got != c.machine {
			t.Errorf("%s %s is the machine's: %v", c.code, c.message, got)
		}
		if got := TimedOut(c.code, c.message); got != c.timedOut {
			t.Errorf("%s %s ran out of time: %v", c.code, c.message, got)
		}
	}
}
