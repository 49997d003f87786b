package trials

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// runner runs each trial as soon as what it needs is available. Nothing else writes the facts.
type runner struct {
	steps       *step.Runner
	environment *environment
	trials      []trial
	wanted      func(checks.Trial) bool
	lanes       *lanes

	told Told

	mu    sync.Mutex
	facts *checks.Facts
	// running are the trials that have not ended, and their parts.
	running map[checks.Trial]bool
	// offered lists the offerings by resource, in order of preference; ended has a channel for each trial, closed when
	// the trial ends.
	offered map[string][]*offering
	ended   map[checks.Trial]chan struct{}
}

// newRunner returns a runner without trials, which will write to facts.
func newRunner(steps *step.Runner, e *environment, wanted func(checks.Trial) bool, facts *checks.Facts) *runner {
	return &runner{
		steps: steps, environment: e, wanted: wanted, facts: facts, offered: map[string][]*offering{},
		told: func(*checks.Facts, func(checks.Trial) bool) {},
	}
}

// run runs the wanted trials and those that they need, and returns the first error. That the machine ended a trial is
// none: it goes into the facts, and the others go on.
func (r *runner) run(ctx context.Context) error {
	chosen := choose(r.trials, r.wanted)
	if err := validate(chosen, r.offered); err != nil {
		return err
	}
	r.lanes = newLanes(max(4, 2*runtime.NumCPU()))
	r.ended, r.running = map[checks.Trial]chan struct{}{}, map[checks.Trial]bool{}
	for _, t := range chosen {
		r.ended[t.name] = make(chan struct{})
		for _, name := range t.all() {
			r.running[name] = true
		}
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
			log.Skipped(p.why)
			return nil
		}
		return r.try(ctx, p, log)
	}))
	if err == nil { // after an error nothing else may start
		r.close(p)
	}
	return err
}

// try carries out a trial and records what it found, or that the machine ended it. Half an answer is none.
func (r *runner) try(ctx context.Context, p *pass, log *step.Log) error {
	began := time.Now()
	found, err := p.run(ctx, p, log)
	p.timed(p.name, began)
	if p.lost = unanswered(ctx, err); p.lost != nil {
		log.Unanswered("not answered: " + p.lost.Reason)
		found, err = nil, nil
	}
	r.record(found, p.spent)
	return errors.Join(err, p.end(ctx))
}

// unanswered returns why the machine left a trial without an answer, nil if it did not: an interrupt is one for the
// whole run, and so is what the user has to correct.
func unanswered(ctx context.Context, err error) *checks.Unanswered {
	if err == nil || ctx.Err() != nil || report.KindOf(err) != report.KindWork {
		return nil
	}
	lost := checks.UnansweredBy(err)
	return &lost
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
			p.why = unable.Error()
			r.record(func(f *checks.Facts) { f.Unable[p.name] = p.why }, nil)
			return false, nil
		}
	}
	for _, res := range slices.Concat(p.needs, p.uses) {
		value, absent, err := obtain(ctx, r.offered[res.String()])
		switch {
		case err != nil:
			return false, err
		case value != nil:
			p.given[res.String()] = value
		case declares(p.needs, res):
			p.absence = absent
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

// close marks a trial as ended, and everything that it has not offered as unavailable. What the machine kept it from
// answering is so for those as well that needed it.
func (r *runner) close(p *pass) {
	if p.lost != nil {
		p.why = "not answered: " + p.lost.Reason
		r.record(func(f *checks.Facts) { f.Unanswered[p.name] = *p.lost }, nil)
	}
	p.withhold()
	close(r.ended[p.name])
	r.tell(p.trial)
}

// tell tells what is known now that a trial is over.
func (r *runner) tell(t *trial) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, name := range t.all() {
		delete(r.running, name)
	}
	r.told(r.facts, func(t checks.Trial) bool { return !r.running[t] })
}
