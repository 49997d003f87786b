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

// trial is one thing that is done to learn about a migration.
type trial struct {
	// name is what checks need it by; title names its step, and finds says in one line what it finds out.
	name  checks.Trial
	title string
	finds string
	// needs must be there, else the trial is skipped; uses are given to it where they are there. Of several trials that offer the
	// same, the one that stands first in the list of trials gives it.
	needs, uses []anyResource
	// ends is what nobody can use any more when the trial has run: it begins when all others that need it have ended.
	ends   anyResource
	offers []anyResource
	// able returns why the migration tool lacks what the trial takes of it; nil means that every tool will do.
	able func(*tool.Tool) error
	// seconds is about how long it takes on a small project: what takes long begins first.
	seconds int
	// standby says that it runs only where those that are preferred do not offer what it offers.
	standby bool
	run     func(context.Context, *pass, *step.Log) (finding, error)
}

// finding writes what a trial found into the facts; nil is nothing.
type finding func(*checks.Facts)

// resource names something of type T that a trial offers and others are run with.
type resource[T any] string

func (r resource[T]) String() string { return string(r) }

// anyResource is a resource of any type.
type anyResource interface{ String() string }

// pass is one run of a trial: what it is given, what it offers, and the clones that it made.
type pass struct {
	*bench
	*trial
	runner *runner
	given  map[string]any
	// missing is why what the trial would have offered is not there.
	missing string
	clones  []*database.Server
	spent   map[checks.Trial]time.Duration
	misuse  error
}

// take returns what a trial is run with; zero where it only uses it and it is not there.
func take[T any](p *pass, r resource[T]) T {
	value, ok := p.given[string(r)].(T)
	if !ok && !declares(p.uses, r) {
		p.misuse = errors.Join(p.misuse, fmt.Errorf("trial %s takes %s, which it does not declare", p.name, r))
	}
	return value
}

// offer hands something to the trials that need it, which may begin at once.
func offer[T any](p *pass, r resource[T], value T) {
	if !declares(p.offers, r) {
		p.misuse = errors.Join(p.misuse, fmt.Errorf("trial %s offers %s, which it does not declare", p.name, r))
		return
	}
	p.runner.settle(p.trial, r, value, "")
}

func declares(list []anyResource, r anyResource) bool {
	return slices.ContainsFunc(list, func(declared anyResource) bool { return declared.String() == r.String() })
}

// clone starts a clone of one of the base's images, which goes when the trial ends, unless keep is called.
func (p *pass) clone(ctx context.Context, image base.Image, o testbed.CloneOptions) (*database.Server, error) {
	server, err := p.Clone(ctx, image, o)
	if err == nil {
		p.clones = append(p.clones, server)
	}
	return server, err
}

// keep leaves a clone to those that it is offered to; the run removes it at its end.
func (p *pass) keep(server *database.Server) {
	p.clones = slices.DeleteFunc(p.clones, func(c *database.Server) bool { return c == server })
}

// remove removes a clone before the trial ends.
func (p *pass) remove(ctx context.Context, server *database.Server) error {
	p.keep(server)
	return server.Remove(context.WithoutCancel(ctx))
}

// timed counts the time since began as another trial's, which is done along with this one.
func (p *pass) timed(t checks.Trial, began time.Time) { p.spent[t] += time.Since(began) }

// end removes the clones that were not handed on.
func (p *pass) end(ctx context.Context) error {
	err := p.misuse
	for _, server := range p.clones {
		err = errors.Join(err, server.Remove(context.WithoutCancel(ctx)))
	}
	return err
}
