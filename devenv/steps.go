package devenv

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"devenv/devenv/report"
)

// step is one named part of a run. A step that has no name is a group and makes no event of its own.
type step struct {
	name string
	do   func(context.Context, *stepLog) error
}

// stepLog is how a running step tells what it does.
type stepLog struct {
	name     string
	listener report.Listener
	status   report.StepStatus
	detail   string
	found    []report.Finding
}

// line passes on a line that a program printed.
func (l *stepLog) line(text string) {
	l.listener.Emit(report.StepOutput{Name: l.name, Line: text})
}

// done says what the step did or found.
func (l *stepLog) done(detail string) { l.status, l.detail = report.StepDone, detail }

// faulty says what the step found wrong with the migration: a result, not an error of the run.
func (l *stepLog) faulty(detail string) { l.status, l.detail = report.StepFailed, detail }

// cached says that the step's result was known.
func (l *stepLog) cached(detail string) { l.status, l.detail = report.StepCached, detail }

// skipped says why the step had nothing to do.
func (l *stepLog) skipped(detail string) { l.status, l.detail = report.StepSkipped, detail }

// recorder runs steps and keeps what became of each, in the order they began.
type recorder struct {
	listener report.Listener
	start    time.Time
	mu       sync.Mutex
	steps    []report.Step
}

// run executes one step and records it.
func (r *recorder) run(ctx context.Context, s step) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	began := time.Now()
	r.mu.Lock()
	index := len(r.steps)
	r.steps = append(r.steps, report.Step{Name: s.name, StartMS: began.Sub(r.start).Milliseconds(), Status: report.StepFailed})
	r.mu.Unlock()
	r.listener.Emit(report.StepStarted{Name: s.name, At: began})
	log := &stepLog{name: s.name, listener: r.listener, status: report.StepDone}
	err := s.do(ctx, log)
	if err != nil {
		log.status = report.StepFailed
		if errors.Is(err, context.Canceled) {
			log.detail = "interrupted"
		}
	}
	took := time.Since(began)
	r.mu.Lock()
	r.steps[index].MS, r.steps[index].Status, r.steps[index].Detail = took.Milliseconds(), log.status, log.detail
	r.steps[index].Found = log.found
	r.mu.Unlock()
	r.listener.Emit(report.StepEnded{Name: s.name, Status: log.status, Detail: log.detail, Found: log.found, Took: took, Err: err})
	return err
}

// sequence runs steps one after the other and stops at the first error.
func (r *recorder) sequence(ctx context.Context, steps ...step) error {
	for _, s := range steps {
		if err := r.dispatch(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// dispatch runs a step, or a group, which has no name and records nothing itself.
func (r *recorder) dispatch(ctx context.Context, s step) error {
	if s.name == "" {
		return s.do(ctx, nil)
	}
	return r.run(ctx, s)
}

// together is a group of steps that do not depend on each other; the first error cancels the rest.
func (r *recorder) together(steps ...step) step {
	return step{do: func(ctx context.Context, _ *stepLog) error {
		group, ctx := errgroup.WithContext(ctx)
		for _, s := range steps {
			group.Go(func() error { return r.dispatch(ctx, s) })
		}
		return group.Wait()
	}}
}

// beside is a group of steps that run one after the other while a long one, which may begin at start, goes on beside them. Its
// failure cancels the others. The others' failure does not cancel the long one: what that does is worth something to the next
// run.
func (r *recorder) beside(start <-chan struct{}, long step, steps ...step) step {
	return step{do: func(ctx context.Context, _ *stepLog) error {
		others, end := context.WithCancel(ctx)
		defer end()
		var group errgroup.Group
		group.Go(func() error {
			if wait(others, start) != nil && !closed(start) {
				return nil
			}
			err := r.dispatch(ctx, long)
			if err != nil {
				end()
			}
			return err
		})
		err := r.sequence(others, steps...)
		end()
		longErr := group.Wait()
		switch {
		case longErr == nil:
			return err
		case err == nil || errors.Is(err, context.Canceled): // the others were cancelled for it, or both were
			return longErr
		}
		return errors.Join(longErr, err)
	}}
}

// inOrder is a group of steps that run one after the other, for use inside together.
func (r *recorder) inOrder(steps ...step) step {
	return step{do: func(ctx context.Context, _ *stepLog) error { return r.sequence(ctx, steps...) }}
}

// all returns a copy of the recorded steps.
func (r *recorder) all() []report.Step {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]report.Step{}, r.steps...)
}
