package readiness

import (
	"context"
	"sync"
	"time"

	"devenv/compose/engine"
)

// asking runs programs in a container that find out whether it is ready, and knows what they have used: that is no
// sign of the container's life.
type asking struct {
	// used returns the processor time that the container has used.
	used func(context.Context) (time.Duration, error)
	// unmeasured is how long to ask without measuring what it uses: the engine takes a second for each of the two
	// measurements, and a container that has only just been started is not yet called idle.
	unmeasured time.Duration
	mu         sync.Mutex // held while a question is asked
	spent      time.Duration
}

// newAsking returns how to ask a container whether it is ready. It leaves out the first part of the time after which
// an idle container is given up: the rest is enough to tell.
func newAsking(e *engine.Engine, id string, ready Wanted) *asking {
	idle := ready.Timeout
	if ready.Idle > 0 {
		idle = min(idle, ready.Idle)
	}
	used := func(ctx context.Context) (time.Duration, error) { return e.ProcessorTime(ctx, id) }
	return &asking{used: used, unmeasured: idle / unmeasuredShare}
}

// othersUsed returns the processor time that the container has used for anything else.
func (a *asking) othersUsed(ctx context.Context) (time.Duration, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	used, err := a.used(ctx)
	return used - a.spent, err
}

// unmeasuredShare is the share of the time until a container is called idle in which questions are not measured.
const unmeasuredShare = 6

// How long to pause between two questions: as long as the last one took, and longer for a service that takes long. The
// service has the processors meanwhile, and the answer is late by a fraction of what was waited for.
const (
	shortestPause = 100 * time.Millisecond
	longestPause  = 2 * time.Second
	pauseShare    = 4
)

// How long to pause, in addition, while the service's port does not accept connections: few questions can be answered
// with yes before it does, and each is a program that the service has to share its processors with.
const (
	shortestClosed = time.Second
	longestClosed  = 5 * time.Second
	closedShare    = 3
)

// pause returns how long to pause after a question that took some time, so long after the first one.
func pause(took, waited time.Duration) time.Duration {
	return max(shortestPause, took, min(waited/pauseShare, longestPause))
}

// until asks until the answer is yes, or fails. To measure is to pause. opens, if it is not nil, is closed when the
// service's port begins to accept connections, or when nobody can tell: then it asks at once.
func (a *asking) until(ctx context.Context, opens <-chan struct{}, ask func() (bool, error)) error {
	for first, rest := time.Now(), time.Duration(0); ; {
		if opens != nil {
			rest = max(rest, min(max(shortestClosed, time.Since(first)/closedShare), longestClosed))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-opens:
			opens = nil
		case <-time.After(rest):
		}
		began, once := time.Now(), a.measured
		if began.Sub(first) < a.unmeasured {
			once = a.once
		}
		yes, took, err := once(ctx, ask)
		if yes || err != nil {
			return err
		}
		rest = pause(took, time.Since(first)) - (time.Since(began) - took)
	}
}

// once asks, and returns how long that took.
func (a *asking) once(_ context.Context, ask func() (bool, error)) (bool, time.Duration, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return timed(ask)
}

// measured is like once, and adds what a question has used that was not answered with yes.
func (a *asking) measured(ctx context.Context, ask func() (bool, error)) (bool, time.Duration, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	before, unknown := a.used(ctx)
	yes, took, err := timed(ask)
	if yes || err != nil {
		return yes, took, err
	}
	if after, failed := a.used(ctx); failed == nil && unknown == nil {
		a.spent += after - before
	}
	return false, took, nil
}

// timed asks, and returns how long that took.
func timed(ask func() (bool, error)) (bool, time.Duration, error) {
	began := time.Now()
	yes, err := ask()
	return yes, time.Since(began), err
}
