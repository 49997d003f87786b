package trials

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/step"
)

// runner runs each trial as soon as what it needs is available. Nothing else writes the facts.
type runner struct {
	steps       *step.Runner
	environment *environment
	trials      []trial
	wanted      func(checks.Trial) bool
	lanes       *lanes

	mu    sync.Mutex
	facts *checks.Facts
	// offered lists the offerings by resource, in order of preference; ended has a channel for each trial, closed when
	// the trial ends.
	offered map[string][]*offering
	ended   map[checks.Trial]chan struct{}
}

// offering is a resource offered by one trial. settled is closed once it is available, or never will be.
type offering struct {
	by      checks.Trial
	settled chan struct{}
	once    sync.Once
	value   any
	// why is the reason why it is not available.
	why string
}

func (o *offering) settle(value any, why string) {
	o.once.Do(func() { o.value, o.why = value, why; close(o.settled) })
}

// newRunner returns a runner without trials, which will write to facts.
func newRunner(steps *step.Runner, e *environment, wanted func(checks.Trial) bool, facts *checks.Facts) *runner {
	return &runner{steps: steps, environment: e, wanted: wanted, facts: facts, offered: map[string][]*offering{}}
}

// give provides a resource that already exists.
func give[T any](r *runner, res resource[T], value T) {
	o := &offering{settled: make(chan struct{})}
	o.settle(value, "")
	r.offered[string(res)] = append(r.offered[string(res)], o)
}

// run runs the wanted trials and those that they need, and returns the first error.
func (r *runner) run(ctx context.Context) error {
	chosen := choose(r.trials, r.wanted)
	if err := validate(chosen, r.offered); err != nil {
		return err
	}
	r.lanes = newLanes(max(4, 2*runtime.NumCPU()))
	r.ended = map[checks.Trial]chan struct{}{}
	for _, t := range chosen {
		r.ended[t.name] = make(chan struct{})
		for _, res := range t.offers {
			r.offered[res.String()] = append(r.offered[res.String()], &offering{by: t.name, settled: make(chan struct{})})
		}
	}
	var steps []step.Step
	for i := range chosen {
		steps = append(steps, step.Step{Do: func(ctx context.Context, _ *step.Log) error { return r.perform(ctx, &chosen[i], chosen) }})
	}
	return r.steps.Run(ctx, r.steps.Together(steps...))
}

// perform waits for what a trial needs, then runs it.
func (r *runner) perform(ctx context.Context, t *trial, chosen []trial) error {
	p := &pass{environment: r.environment, trial: t, runner: r, given: map[string]any{}, spent: map[checks.Trial]time.Duration{}}
	if unneeded, err := r.unneeded(ctx, t); err != nil || unneeded {
		r.close(p)
		return err
	}
	complete, err := r.gather(ctx, p, chosen)
	if err != nil {
		return err
	}
	if complete {
		if err := r.lanes.enter(ctx, t.seconds); err != nil {
			return err
		}
		defer r.lanes.leave()
	}
	err = r.steps.Run(ctx, step.New(t.title, func(ctx context.Context, log *step.Log) error {
		if !complete {
			log.Skipped(p.missing)
			return nil
		}
		began := time.Now()
		found, err := t.run(ctx, p, log)
		p.timed(t.name, began)
		r.record(found, p.spent)
		return errors.Join(err, p.end(ctx))
	}))
	if err == nil { // after an error nothing else may start
		r.close(p)
	}
	return err
}

// unneeded reports whether a standby trial need not run, because preferred trials have provided everything it offers.
func (r *runner) unneeded(ctx context.Context, t *trial) (bool, error) {
	if !t.standby {
		return false, nil
	}
	for _, res := range t.offers {
		offers := r.offered[res.String()]
		preferred := offers[:slices.IndexFunc(offers, func(o *offering) bool { return o.by == t.name })]
		if value, _, err := obtain(ctx, preferred); err != nil || value == nil && len(preferred) > 0 {
			return false, err
		}
	}
	return true, nil
}

// gather waits for what a trial needs and uses, and for the other trials that need what it uses up. complete is false
// if something it needs will not be available, or if the tool does not support the trial.
func (r *runner) gather(ctx context.Context, p *pass, chosen []trial) (complete bool, err error) {
	if p.able != nil {
		if unable := p.able(r.environment.Tool); unable != nil {
			p.missing = unable.Error()
			r.record(func(f *checks.Facts) { f.Unable[p.name] = p.missing }, nil)
			return false, nil
		}
	}
	for _, res := range slices.Concat(p.needs, p.uses) {
		value, why, err := obtain(ctx, r.offered[res.String()])
		switch {
		case err != nil:
			return false, err
		case value != nil:
			p.given[res.String()] = value
		case declares(p.needs, res):
			p.missing = why
			return false, nil
		}
	}
	for _, other := range users(chosen, p.trial) {
		if err := step.Wait(ctx, r.ended[other.name]); err != nil {
			return false, err
		}
	}
	return true, nil
}

// obtain waits for a resource and returns it from the first trial that provides it, or the reason why none does.
func obtain(ctx context.Context, offers []*offering) (value any, why string, err error) {
	for _, o := range offers {
		if err := step.Wait(ctx, o.settled); err != nil {
			return nil, "", err
		}
		if o.value != nil {
			return o.value, "", nil
		}
		if why == "" {
			why = o.why
		}
	}
	return nil, why, nil
}

// settle records that a trial's offer is available, or why it never will be.
func (r *runner) settle(t *trial, res anyResource, value any, why string) {
	for _, o := range r.offered[res.String()] {
		if o.by == t.name {
			o.settle(value, why)
		}
	}
}

// record writes to the facts what a trial found, and the time spent.
func (r *runner) record(found finding, spent map[checks.Trial]time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if found != nil {
		found(r.facts)
	}
	for t, d := range spent {
		r.facts.Spent[t] += d
	}
}

// close marks a trial as ended, and everything that it has not offered as unavailable.
func (r *runner) close(p *pass) {
	for _, res := range p.offers {
		r.settle(p.trial, res, nil, p.missing)
	}
	close(r.ended[p.name])
}
