package project

import (
	"context"

	"devenv/compose/engine"
	"devenv/devenv/process"
)

// Leftover is what a run that is over has left on the engine.
type Leftover struct {
	Made []engine.Resource
	// Why says how it is known that the run is over.
	Why string
}

// Leftovers returns what runs that are over have left on the engine, of every worktree. Whether a repository is still there, and who
// may read it, does not matter: its path may be another's in another container.
func Leftovers(ctx context.Context, e *engine.Engine) ([]Leftover, error) {
	return leftovers(ctx, e, LabelWorktree, "")
}

// leftovers returns what runs that are over have left under a label; holder is the run that holds the worktree's lock.
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

// traceOf is what the things of a run say of it.
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

// byRun sorts things by the run that made them; what no run made stands for itself. An image that was made of a container hands
// empty labels on: what somebody makes of it is theirs.
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
