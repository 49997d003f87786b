package compose

import (
	"context"
	"sync"
	"time"

	"devenv/compose/engine"
)

// asking runs programs in a container that find out whether it is ready, and knows what they have used: that is no
// sign of the container's life.
type asking struct {
	engine *engine.Engine
	id     string
	mu     sync.Mutex // held while a question is asked
	spent  time.Duration
}

// othersUsed returns the processor time that the container has used for anything else.
func (a *asking) othersUsed(ctx context.Context) (time.Duration, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	used, err := a.engine.ProcessorTime(ctx, a.id)
	return used - a.spent, err
}

// How long to pause between two questions: as long as the last one took, and longer for a service that takes long. The
// service has the processors meanwhile, and the answer is late by a fraction of what was waited for.
const (
	shortestPause = 100 * time.Millisecond
	longestPause  = 2 * time.Second
	pauseShare    = 4
)

// pause returns how long to pause after a question that took some time, so long after the first one.
func pause(took, waited time.Duration) time.Duration {
	return max(shortestPause, took, min(waited/pauseShare, longestPause))
}

// until asks until the answer is yes, or fails.
func (a *asking) until(ctx context.Context, ask func() (bool, error)) error {
	for first := time.Now(); ; {
		began := time.Now()
		if yes, err := a.once(ctx, ask); yes || err != nil {
			return err
		}
		took := time.Since(began)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause(took, time.Since(first))):
		}
	}
}

// once asks, and adds what that has used.
func (a *asking) once(ctx context.Context, ask func() (bool, error)) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	before, unknown := a.engine.ProcessorTime(ctx, a.id)
	yes, err := ask()
	if after, failed := a.engine.ProcessorTime(ctx, a.id); failed == nil && unknown == nil {
		a.spent += after - before
	}
	return yes, err
}
