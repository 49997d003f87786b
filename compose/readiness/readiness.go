// Package readiness waits until a container shows that it has started: by its healthcheck, a port, its log or a URL. A
// container that exits, that is restarted too often, or that is not ready in time is a failure that says why.
package readiness

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"devenv/compose/engine"
)

// Wanted describes how a service shows that it has started. At most one of Log, Port and URL is set. If none is, the
// healthcheck counts, else the first TCP port that the service listens on, of those in Declared or, if that is empty,
// of all.
type Wanted struct {
	Log  string
	Port int
	URL  string
	// Declared are the ports under which people reach the service. It may listen on others long before them: for
	// metrics, or for a debugger.
	Declared []int
	// Timeout is the limit. If Patient is set, it counts from the service's last sign of life: a line of its log, or
	// the use of a processor.
	Timeout time.Duration
	Patient bool
	// Idle is how long a service may do nothing at all: it writes no line, and neither it nor the containers Beside,
	// which may be at work for it, use a processor. Zero, or without Patient: as long as Timeout.
	Idle   time.Duration
	Beside []string
	// Check is the healthcheck of a container that the engine does not probe, as scratch containers are.
	Check engine.Healthcheck
	// StaysUp is how long a service must run to count as started if neither the project nor its image declares a port
	// and it listens on none: it may be one that only calls others. Zero means that it must listen.
	StaysUp time.Duration
	// Since is when the service was last started, by the engine's clock: older log lines do not count. Zero counts
	// all.
	Since time.Time
	// Unhealthy, if set, receives the last line of the healthcheck's output and that of the service's log when the check
	// has failed for good, once: a slow service may yet become healthy, but whoever waits should know what for.
	Unhealthy func(probe, log string)
	// Runs is for a service without healthcheck and port: it is ready when it runs. Ends is for one that is meant to
	// end: it is ready once it has exited with success.
	Runs, Ends bool
}

// ports returns the ports of which one must be listened on; none means any.
func (r Wanted) ports() []int {
	if r.Port != 0 {
		return []int{r.Port}
	}
	return r.Declared
}

// byHealth reports whether the container's healthcheck is the sign.
func (r Wanted) byHealth(container engine.Container) bool {
	return r.Log == "" && r.URL == "" && r.Port == 0 && (r.Check.IsSet() || container.Health != nil)
}

// Shown is how a service became ready.
type Shown struct {
	// How is the sign, for people: "healthcheck", "listens on port 8080".
	How  string
	Took time.Duration
	// lives is the container; nil if it has exited with success. settled means that it need not be watched.
	lives   *lives
	settled bool
	// Others belong to the other containers of a scaled service.
	Others []Shown
}

// Wait waits until a started container is ready. A container that exits, that is restarted too often, or that is
// not ready in time is a failure with its last lines and its healthcheck's output.
func Wait(ctx context.Context, e *engine.Engine, id string, ready Wanted) (Shown, error) {
	l, err := follow(ctx, e, id, ready)
	if engine.IsGone(err) {
		return Shown{}, (&lives{engine: e, id: id, ended: Ended{Unseen: true}}).failed(ctx, hasEnded)
	}
	if err != nil {
		return Shown{}, err
	}
	return l.wait(ctx)
}

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

// Stay watches for a while whether a ready service stays ready. One that exits and is restarted must become
// ready again; one that exits for good, or is no longer healthy, is a failure with its last lines.
func Stay(ctx context.Context, r Shown, watch time.Duration) (Shown, error) {
	group, watching := errgroup.WithContext(ctx)
	for _, other := range r.Others {
		group.Go(func() error { return other.stay(watching, watch) })
	}
	group.Go(func() error { return r.stay(watching, watch) })
	err := group.Wait()
	return r, err
}

// stay watches one container, which may become ready again.
func (r *Shown) stay(ctx context.Context, watch time.Duration) error {
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
	if l.checkup != nil {
		if err := l.checkup.again(ctx); err != nil {
			return false, err
		}
	}
	alive, err := l.alive(ctx)
	if err != nil || !alive || !l.ready.byHealth(l.life) || l.health().Status == "healthy" {
		return alive, err
	}
	return false, l.late(ctx, "it did not stay ready: ", false)
}

// Loops reports whether the engine has restarted a container that has not been running for long since: it may exit at
// any moment. now is the engine's time, or close to it.
func Loops(c engine.Container, now time.Time) bool {
	return c.State == "restarting" || c.State == "running" && c.Restarts > 0 && now.Sub(c.Started) < settledAfter
}
