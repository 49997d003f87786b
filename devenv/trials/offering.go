package trials

import (
	"context"
	"sync"

	"devenv/devenv/checks"
	"devenv/devenv/step"
)

// offering is a resource offered by one trial. settled is closed once it is available, or never will be.
type offering struct {
	by      checks.Trial
	settled chan struct{}
	once    sync.Once
	value   any
	absent  absence
}

// absence is why something is not available. lost is set if the machine ended the trial that offers it.
type absence struct {
	why  string
	lost *checks.Unanswered
}

func (o *offering) settle(value any, absent absence) {
	o.once.Do(func() { o.value, o.absent = value, absent; close(o.settled) })
}

// give provides a resource that already exists.
func give[T any](r *runner, res resource[T], value T) {
	o := &offering{settled: make(chan struct{})}
	o.settle(value, absence{})
	r.offered[string(res)] = append(r.offered[string(res)], o)
}

// obtain waits for a resource and returns it from the first trial that provides it, or the reason why none does: that
// one of them was not answered, or else the first one's.
func obtain(ctx context.Context, offers []*offering) (value any, absent absence, err error) {
	for i, o := range offers {
		if err := step.Wait(ctx, o.settled); err != nil {
			return nil, absence{}, err
		}
		if o.value != nil {
			return o.value, absence{}, nil
		}
		if i == 0 || absent.lost == nil && o.absent.lost != nil {
			absent = o.absent
		}
	}
	return nil, absent, nil
}

// settle records that a trial's offer is available, or why it never will be.
func (r *runner) settle(t *trial, res anyResource, value any, absent absence) {
	for _, o := range r.offered[res.String()] {
		if o.by == t.name {
			o.settle(value, absent)
		}
	}
}
