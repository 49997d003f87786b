package compose

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"devenv/compose/engine"
)

// How long a service is watched once it has shown that it is ready. What fails then, fails within seconds: a worker
// that does not come up, a first query.
const (
	// Steady is for a service that nothing is known about.
	Steady = 3 * time.Second
	// settledAfter is for one that the engine has restarted before. A container must also run that long for the
	// engine to call its start successful. One that has been running for longer when somebody begins to wait, and
	// shows the sign soon, is not watched.
	settledAfter = 10 * time.Second
	soon         = time.Second
)

// StayReady watches for a while whether a ready service stays ready. One that exits and is restarted must become
// ready again; one that exits for good, or is no longer healthy, is a failure with its last lines.
func (c *Client) StayReady(ctx context.Context, r Readiness, watch time.Duration) (Readiness, error) {
	group, watching := errgroup.WithContext(ctx)
	for _, other := range r.others {
		group.Go(func() error { return other.stay(watching, watch) })
	}
	group.Go(func() error { return r.stay(watching, watch) })
	err := group.Wait()
	return r, err
}

// stay watches one container, which may become ready again.
func (r *Readiness) stay(ctx context.Context, watch time.Duration) error {
	for watch > 0 && r.lives != nil && !r.settled {
		stays, err := r.lives.stay(ctx, watch)
		if stays || err != nil {
			return err
		}
		again, err := r.lives.wait(ctx)
		if err != nil {
			return err
		}
		r.How, r.Took, r.lives = again.How, r.Took+again.Took, again.lives
	}
	return nil
}

// stay waits for a while, and reports whether the current life goes on. A container that its healthcheck no longer
// calls healthy is a failure.
func (l *lives) stay(ctx context.Context, watch time.Duration) (bool, error) {
	if l.life.Restarts > 0 {
		watch = max(watch, settledAfter)
	}
	watching, cancel := context.WithTimeout(ctx, watch)
	defer cancel()
	err := l.end(watching)
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case err == nil:
		return false, nil
	case watching.Err() == nil:
		return false, err
	}
	alive, err := l.alive(ctx)
	if err != nil || !alive || !l.ready.byHealth(l.life) || l.life.Health.Status == "healthy" {
		return alive, err
	}
	return false, l.late(ctx, "it did not stay ready: ")
}

// Loops reports whether the engine has restarted a container that has not been running for long since: it may exit at
// any moment. now is the engine's time, or close to it.
func Loops(c engine.Container, now time.Time) bool {
	return c.State == "restarting" || c.State == "running" && c.Restarts > 0 && now.Sub(c.Started) < settledAfter
}
