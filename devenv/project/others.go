package project

import (
	"context"

	"devenv/compose/engine"
	"devenv/devenv/process"
)

// Others returns how many runs have containers running on the engine that take no turns with this process's runs: those
// of other users, and those on another machine or in another container.
func Others(ctx context.Context, e *engine.Engine) (int, error) {
	made, err := e.Resources(ctx, LabelRun)
	if err != nil {
		return 0, err
	}
	return others(process.Here(), byRun(made)), nil
}

// others counts the runs of others among those that have made something.
func others(here process.Observer, runs map[string][]engine.Resource) (n int) {
	for run, things := range runs {
		trace := traceOf(run, things)
		inLine := here.Process.Sees(trace.Process) && trace.Process.User == here.Process.User
		if trace.Running && !inLine && here.Over(trace) == "" {
			n++
		}
	}
	return n
}
