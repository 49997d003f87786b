package project

import (
	"testing"

	"devenv/compose/engine"
	"devenv/devenv/process"
)

func TestRunsOfOthersAreCountedOnce(t *testing.T) {
	t.Parallel()
	here := process.Observer{
		Process: process.Process{Boot: "b", Namespaces: "n", PID: 1, User: 1000},
		Look:    func(pid int) (started uint64, there bool) { return 0, pid != 9 },
	}
	made := func(run string, running bool, p process.Process) engine.Resource {
		return engine.Resource{
			Running: running, Labels: map[string]string{LabelRun: run, LabelWorktree: "w", LabelProcess: p.String()},
		}
	}
	bobs := process.Process{Boot: "b", Namespaces: "n", PID: 2, User: 1001}
	for name, c := range map[string]struct {
		made engine.Resource
		want int
	}{
		"another user's":           {made("other", true, bobs), 1},
		"in another container":     {made("other", true, process.Process{Boot: "b", Namespaces: "m", PID: 1, User: 1000}), 1},
		"another user's, not yet":  {made("other", false, bobs), 0},
		"another user's, over":     {made("other", true, process.Process{Boot: "b", Namespaces: "n", PID: 9, User: 1001}), 0},
		"this user's, in the line": {made("other", true, process.Process{Boot: "b", Namespaces: "n", PID: 3, User: 1000}), 0},
		"its own":                  {made("own", true, here.Process), 0},
	} {
		if got := others(here, byRun([]engine.Resource{c.made, c.made})); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
