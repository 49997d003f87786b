package testbed

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/inputs"
	"devenv/devenv/project"
	"devenv/devenv/queue"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// parallelVariable is the environment variable that says how many runs may work on the engine at the same time, as
// Request.ParallelRuns does.
const parallelVariable = "DEVENV_PARALLEL_RUNS"

// queues is the directory of the cache with the lines of runs, one for each engine, if they cannot be where runs with
// another cache find them.
const queues = "queue"

// TakeTurn waits until few enough other runs work on the engine: on too few processors all of them would be slower, and
// run into time limits. It needs the cache, which Find opens.
func (b *Testbed) TakeTurn(ctx context.Context, log *step.Log) error {
	details, err := b.Workspace.Engine.Details(ctx)
	if err != nil {
		return err
	}
	most, err := mostRuns(b.Request.ParallelRuns, os.Getenv(parallelVariable), details.CPUs)
	if err != nil {
		return err
	}
	began, waited, line := time.Now(), false, b.line(details)
	log.Skipped("")
	b.turn, err = line.Take(ctx, most, func(ahead int) {
		waited = true
		what := report.Count(ahead, "other run")
		log.WaitsFor(what + " on this engine")
		log.Waiting(waitsBehind(what, most, time.Now()))
	})
	if err != nil {
		return err
	}
	if waited {
		log.Done("after " + report.Elapsed(time.Since(began)) + " behind other runs")
	}
	b.noteOthers(ctx)
	return nil
}

// waitsBehind says how many runs are ahead, and when they were: the sentence stays on the screen while they end.
func waitsBehind(others string, most int, at time.Time) string {
	return fmt.Sprintf("Waiting for a turn on this engine: %s ahead at %s, and %d may work at the same time (--parallel-runs)",
		others, at.Format(time.TimeOnly), most)
}

// line returns the line of the engine's runs.
func (b *Testbed) line(details engine.Details) queue.Queue {
	id := cmp.Or(details.ID, b.Workspace.Engine.Endpoint().Host)
	all, ok := queue.Shared(os.TempDir())
	if !ok {
		all = filepath.Join(b.Workspace.Cache, queues)
	}
	return queue.Queue{Dir: filepath.Join(all, inputs.Hash(id)[:12])}
}

// AwaitIdle waits until no run works on the engine, for what works in the background: no run waits for that.
func (b *Testbed) AwaitIdle(ctx context.Context, log *step.Log) error {
	details, err := b.Workspace.Engine.Details(ctx)
	if err != nil {
		return err
	}
	return b.line(details).Idle(ctx, func(ahead int) { log.WaitsFor(report.Count(ahead, "run") + " on this engine") })
}

// noteOthers says that others work on the engine as well. Their runs are in no line with this one: users share no
// directory that each may write and none may spoil.
func (b *Testbed) noteOthers(ctx context.Context) {
	n, err := project.Others(ctx, b.Workspace.Engine)
	if err != nil || n == 0 {
		return // it is only a remark
	}
	b.Workspace.Note(fmt.Sprintf("also on this engine: %s of another user, machine, container or TMPDIR; this run does not "+
		"wait for those, and may be slower", report.Count(n, "run")))
}

// LeaveTurn lets the next run work, before what takes long but needs little of the engine: an upload, or a question
// that a person answers. A second call does nothing. The turn is not taken again: a run that waits for it while it
// holds something that those ahead need would never get it.
func (b *Testbed) LeaveTurn() error { return b.turn.Leave() }

// mostRuns returns how many runs may work at the same time: as requested, or else as the environment says, or else by
// the engine's processors. A negative number means any number, which is 0 for the queue.
func mostRuns(requested int, environment string, processors int) (int, error) {
	most := requested
	if most == 0 && environment != "" {
		n, err := strconv.Atoi(environment)
		if err != nil {
			return 0, report.Fail(report.KindUsage, "set it to a number of runs, or to -1 for any number",
				"read %s: %q is not a number", parallelVariable, environment)
		}
		most = n
	}
	if most == 0 {
		most = queue.Default(processors)
	}
	return max(0, most), nil
}
