package step

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"devenv/devenv/report"
)

// Runner runs steps and records the result of each, in the order in which they began. It is safe for concurrent use.
type Runner struct {
	listener report.Listener
	clock    clock

	mu    sync.Mutex
	steps []report.Step
	// expected is how long steps will take, by name, as far as an earlier run tells.
	expected map[string]time.Duration
}

// NewRunner starts the clock of a run, whose events go to listener.
func NewRunner(listener report.Listener) *Runner {
	return &Runner{listener: listener, clock: clock{start: time.Now()}}
}

// Emit sends an event to the run's listener.
func (r *Runner) Emit(event report.Event) { r.listener.Emit(event) }

// Spent returns the time since the run began, without the time in which it was suspended.
func (r *Runner) Spent() time.Duration { return r.clock.elapsed() }

// Suspend stops the clock of the run and its steps while a person is asked, until resume is called.
func (r *Runner) Suspend() (resume func()) { return r.clock.stop() }

// Steps returns the results of the steps, with times relative to the start of the run.
func (r *Runner) Steps() []report.Step {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]report.Step{}, r.steps...)
}

// Expect says how long steps will take, by name, so that a long one can say how much is left.
func (r *Runner) Expect(took map[string]time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.expected = took
}

// Run runs a step or a group.
func (r *Runner) Run(ctx context.Context, s Step) error {
	if s.Name == "" {
		return s.Do(ctx, nil)
	}
	return r.named(ctx, s)
}

// named runs a step that has a name, and records it. A step that ends because the run was interrupted reports that.
func (r *Runner) named(ctx context.Context, s Step) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	began := r.clock.elapsed()
	index, expected := r.began(s.Name, began)
	log := &Log{name: s.Name, listener: r.listener, status: report.StepDone, expected: expected}
	log.WaitsFor(s.Name)
	left, said := Running(ctx).within(), log.sayWaiting()
	err := s.Do(context.WithValue(ctx, logKey{}, log), log)
	said()
	left()
	if err != nil {
		if log.status != report.StepFailed { // it had begun to tell what it did
			log.detail = ""
		}
		log.status = report.StepFailed
		if errors.Is(err, context.Canceled) || ctx.Err() != nil { // what it used may have ended first
			log.detail = whyEnded(ctx)
		}
	}
	took := r.clock.elapsed() - began
	r.ended(index, log, took)
	r.Emit(report.StepEnded{Name: s.Name, Status: log.status, Detail: log.detail, Found: log.found, Took: took, Err: err})
	return err
}

// began records and reports that a step begins, and returns its index in the record and how long it will take, 0 if
// nobody knows. Until it ends, it counts as failed.
func (r *Runner) began(name string, at time.Duration) (index int, expected time.Duration) {
	r.mu.Lock()
	index, expected = len(r.steps), r.expected[name]
	r.steps = append(r.steps, report.Step{Name: name, StartMS: at.Milliseconds(), Status: report.StepFailed})
	r.mu.Unlock()
	r.Emit(report.StepStarted{Name: name, At: time.Now()})
	return index, expected
}

// ended records the result of a step.
func (r *Runner) ended(index int, log *Log, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &r.steps[index]
	s.MS, s.Status, s.Detail, s.Found = took.Milliseconds(), log.status, log.detail, log.found
}

// Sequence runs steps one after the other, up to the first error.
func (r *Runner) Sequence(ctx context.Context, steps ...Step) error {
	for _, s := range steps {
		if err := r.Run(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// InOrder returns a group of steps that run one after the other, for use inside Together.
func (r *Runner) InOrder(steps ...Step) Step {
	return Step{Do: func(ctx context.Context, _ *Log) error { return r.Sequence(ctx, steps...) }}
}

// Together returns a group of steps that run at the same time; the first error cancels the rest.
func (r *Runner) Together(steps ...Step) Step {
	return Step{Do: func(ctx context.Context, _ *Log) error {
		group, ctx := errgroup.WithContext(ctx) // whose cause is the first error
		for _, s := range steps {
			group.Go(func() error {
				if err := r.Run(ctx, s); err != nil {
					return failedBeside{err}
				}
				return nil
			})
		}
		if failed := (failedBeside{}); errors.As(group.Wait(), &failed) {
			return failed.error
		}
		return nil
	}}
}

// failedBeside is why a step is cancelled that runs beside one that fails.
type failedBeside struct{ error }

// whyEnded says why a step was cancelled: not every one was interrupted by the user.
func whyEnded(ctx context.Context) string {
	if errors.As(context.Cause(ctx), new(failedBeside)) {
		return "ended, because another step failed"
	}
	return "interrupted"
}
