package project

import (
	"context"

	"devenv/compose/engine"
	"devenv/devenv/process"
)

// Leftover is what a finished run has left on the engine.
type Leftover struct {
	Made []engine.Resource
	// Why is the evidence that the run is over.
	Why string
}

// Leftovers returns what finished runs of every worktree have left on the engine. It does not matter whether their
// repository still exists, or who may read it: the same path may be a different one in another container.
func Leftovers(ctx context.Context, e *engine.Engine) ([]Leftover, error) {
	return leftovers(ctx, e, LabelWorktree, "")
}

// leftovers returns what finished runs have left under a label; holder is the run that holds the worktree's lock.
func leftovers(ctx context.Context, e *engine.Engine, label, holder string) ([]Leftover, error) {
	made, err := e.Resources(ctx, label)
	if err != nil {
		return nil, err
	}
	var left []Leftover
	here := process.Here()
	here.Run = holder
	for run, things := range byRun(made) {
		trace := traceOf(run, things)
		if trace.Heard, err = e.LastActivity(ctx, things); err != nil {
			return left, err
		}
		if why := here.Over(trace); why != "" {
			left = append(left, Leftover{Made: things, Why: why})
		}
	}
	return left, nil
}

// traceOf returns what the objects of a run reveal about it.
func traceOf(run string, things []engine.Resource) process.Trace {
	trace := process.Trace{Run: run}
	for _, m := range things {
		trace.Running = trace.Running || m.Running
		if p := process.Parse(m.Labels[LabelProcess]); p != (process.Process{}) {
			trace.Process = p
		}
	}
	return trace
}

// byRun groups objects by the run that made them; an object without a run is a group of its own. An image
// committed from a container passes on empty labels: what somebody makes from it is not the run's.
func byRun(made []engine.Resource) map[string][]engine.Resource {
	runs := map[string][]engine.Resource{}
	for _, m := range made {
		run := m.Labels[LabelRun]
		if run == "" {
			run = m.ID
		}
		if m.Labels[LabelWorktree] != "" {
			runs[run] = append(runs[run], m)
		}
	}
	return runs
}
