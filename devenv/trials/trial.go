package trials

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"devenv/devenv/base"
	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/devenv/tool"
)

// trial is one experiment with a migration.
type trial struct {
	// name is how checks refer to it, title is the name of its step, and finds is the question that it answers.
	name  checks.Trial
	title string
	finds string
	// parts are the trials, as checks know them, that are carried out as part of this one.
	parts []checks.Trial
	// needs are required: without them the trial is skipped. uses are optional. If several trials offer the same
	// resource, the one listed first is preferred.
	needs, uses []anyResource
	// ends is what the trial uses up: it waits until all others that need this have ended.
	ends   anyResource
	offers []anyResource
	// able returns an error if the migration tool does not support the trial; nil means that every tool does.
	able func(*tool.Tool) error
	// seconds is roughly how long it takes on a small project: long trials start first.
	seconds int
	// standby is set if it runs only when the preferred trials do not provide what it offers.
	standby bool
	run     func(context.Context, *pass, *step.Log) (finding, error)
}

// all returns the trial's name and its parts'.
func (t *trial) all() []checks.Trial { return append([]checks.Trial{t.name}, t.parts...) }

// finding writes what a trial found to the facts; nil means that it found nothing.
type finding func(*checks.Facts)

// resource names something of type T that a trial offers to others.
type resource[T any] string

func (r resource[T]) String() string { return string(r) }

// anyResource is a resource of any type.
type anyResource interface{ String() string }

// pass is one run of a trial: what it was given, what it offers, and the clones it made.
type pass struct {
	*environment
	*trial
	runner *runner
	given  map[string]any
	// absence is why the trial does not offer what it declares.
	absence
	clones     []*database.Server
	spent      map[checks.Trial]time.Duration
	undeclared error
}

// take returns a resource that the trial was given; the zero value if it is optional and unavailable.
func take[T any](p *pass, r resource[T]) T {
	value, ok := p.given[string(r)].(T)
	if !ok && !declares(p.uses, r) {
		p.undeclared = errors.Join(p.undeclared, fmt.Errorf("trial %s takes %s, which it does not declare", p.name, r))
	}
	return value
}

// offer provides a resource to the trials that need it; they may start at once.
func offer[T any](p *pass, r resource[T], value T) {
	if !declares(p.offers, r) {
		p.undeclared = errors.Join(p.undeclared, fmt.Errorf("trial %s offers %s, which it does not declare", p.name, r))
		return
	}
	p.runner.settle(p.trial, r, value, absence{})
}

// withhold tells the trials that wait for what this one has not offered that it never will.
func (p *pass) withhold() {
	for _, res := range p.offers {
		p.runner.settle(p.trial, res, nil, p.absence)
	}
}

func declares(list []anyResource, r anyResource) bool {
	return slices.ContainsFunc(list, func(declared anyResource) bool { return declared.String() == r.String() })
}

// clone starts a clone of one of the base's images, which is disposed of when the trial ends unless keep is called.
func (p *pass) clone(ctx context.Context, image base.Image, o testbed.CloneOptions) (*database.Server, error) {
	server, err := p.Clone(ctx, image, o)
	if err == nil {
		p.clones = append(p.clones, server)
	}
	return server, err
}

// keep leaves a clone running for the trials that it is offered to; it is removed at the end of the run.
func (p *pass) keep(server *database.Server) {
	p.clones = slices.DeleteFunc(p.clones, func(c *database.Server) bool { return c == server })
}

// dispose removes a clone before the trial ends.
func (p *pass) dispose(ctx context.Context, server *database.Server) {
	p.keep(server)
	p.Dispose(ctx, server)
}

// partly records that the machine left a part of the trial unanswered, which checks know as a trial of its own; the
// rest goes on. It returns any other error.
func (p *pass) partly(ctx context.Context, part checks.Trial, err error) error {
	lost := unanswered(ctx, err)
	if lost == nil {
		return err
	}
	p.runner.record(func(f *checks.Facts) { f.Unanswered[part] = *lost }, nil)
	return nil
}

// timed adds the time since began to a trial, which may be another one that runs as part of this one.
func (p *pass) timed(t checks.Trial, began time.Time) { p.spent[t] += time.Since(began) }

// end disposes of the clones that were not kept, and returns what the trial used without declaring it.
func (p *pass) end(ctx context.Context) error {
	for _, server := range p.clones {
		p.Dispose(ctx, server)
	}
	return p.undeclared
}
