package readiness

import (
	"context"
	"sync"
	"time"

	"devenv/compose/engine"
)

// MaxRestarts is how often a container may exit and be restarted by its restart policy while somebody waits for it.
// Many stacks rely on that, for example when a server does not wait for another one. A container that exits more
// often never becomes ready.
const MaxRestarts = 5

// lives follows one container while somebody waits for it. Each restart by its policy begins a new life, which must
// show the sign again: a sign that an earlier life showed proves nothing.
type lives struct {
	engine *engine.Engine
	id     string
	ready  Wanted
	// earlier is the number of earlier restarts that do not count; old tells whether it had been running for long by
	// then.
	earlier int
	old     bool
	// life is the current one; ended is how the last one ended that was observed.
	life  engine.Container
	ended Ended
	// checkup runs the healthcheck if it is the sign and the engine does not run it.
	checkup *checkup
	// asking is what asking in the container whether it is ready has used.
	asking *asking
}

// follow begins to wait for a container.
func follow(ctx context.Context, e *engine.Engine, id string, ready Wanted) (*lives, error) {
	container, err := e.Inspect(ctx, id)
	if err != nil {
		return nil, err
	}
	l := &lives{engine: e, id: id, ready: ready, earlier: discounted(container, time.Now()), asking: newAsking(e, id, ready), ended: Ended{Unseen: true}}
	if container.State == "running" && time.Since(container.Started) > settledAfter {
		details, err := e.Details(ctx) // the engine's clock may differ from this machine's
		if err != nil {
			return nil, err
		}
		l.old = details.Clock.Sub(container.Started) > settledAfter
	}
	if ready.Check.IsSet() && ready.byHealth(container) {
		l.checkup = &checkup{engine: e, id: id, asking: l.asking, check: ready.Check}
		l.checkup.begin()
	}
	return l, nil
}

// health is what the healthcheck of the current life says; zero if there is none.
func (l *lives) health() engine.Health {
	switch {
	case l.checkup != nil:
		return l.checkup.health
	case l.life.Health != nil:
		return *l.life.Health
	}
	return engine.Health{}
}

// discounted returns how many restarts before anybody waited for the container do not count. All of them, unless it is
// in a restart loop right now: then it gets one more life, since the engine pauses longer before each restart, up to
// a minute.
func discounted(c engine.Container, now time.Time) int {
	if Loops(c, now) {
		return max(0, c.Restarts-MaxRestarts+1)
	}
	return c.Restarts
}

// standing is a container's state, from the point of view of somebody waiting for it.
type standing int

const (
	stands    standing = iota // it runs
	restarts                  // it has exited, and is about to be restarted
	loops                     // it keeps exiting
	hasEnded                  // it has exited for good
	endedWell                 // it exited with success, as it is meant to
)

// standing judges a container's state.
func (l *lives) standing(c engine.Container) standing {
	again := c.Restarts - l.earlier
	switch {
	case (c.State == "exited" || c.State == "dead") && c.ExitCode == 0 && (l.ready.Ends || l.ready.Runs):
		return endedWell
	case c.State == "exited" || c.State == "dead":
		return hasEnded
	case again >= MaxRestarts:
		return loops
	case c.State == "restarting":
		return restarts
	}
	return stands
}

// note records how a life ended, which the next one's start erases.
func (l *lives) note(c engine.Container) {
	if c.State == "restarting" || c.State == "exited" || c.State == "dead" {
		l.ended = Ended{Code: c.ExitCode, OutOfMemory: c.OOMKilled}
	}
}

// wait waits until one of the container's lives shows the sign.
func (l *lives) wait(ctx context.Context) (Shown, error) {
	began := time.Now()
	deadline, cancel := l.limited(ctx)
	defer cancel()
	for {
		now, err := l.next(deadline)
		if err != nil {
			return Shown{}, l.notReady(ctx, deadline, err)
		}
		switch now {
		case endedWell:
			return Shown{How: "ended well", Took: time.Since(began)}, nil
		case hasEnded, loops:
			return Shown{}, l.failed(ctx, now)
		}
		how, err := l.sign(deadline)
		if err != nil {
			return Shown{}, l.notReady(ctx, deadline, err)
		}
		alive, err := l.alive(ctx)
		if err != nil {
			return Shown{}, err
		}
		if alive && how != "" {
			took := time.Since(began)
			return Shown{How: how, Took: took, lives: l, settled: l.old && took < soon}, nil
		}
	}
}

// next waits while the container is about to be restarted, then returns its state.
func (l *lives) next(ctx context.Context) (now standing, err error) {
	err = poll(ctx, inspectEvery, func() (bool, error) {
		if l.life, err = l.engine.Inspect(ctx, l.id); err != nil {
			return false, err
		}
		l.note(l.life)
		now = l.standing(l.life)
		return now != restarts, nil
	})
	return now, err
}

// sign waits until this life shows the sign, and returns it; empty when the life ended first.
func (l *lives) sign(ctx context.Context) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	if l.checkup != nil {
		l.checkup.begin()
	}
	wanted := signs{l.engine, l.asking, l.checkup}.of(l.life, l.ready)
	type shown struct {
		how string
		err error
	}
	signs, ends := make(chan shown, 1), make(chan error, 1)
	var watchers sync.WaitGroup
	watchers.Go(func() {
		how, err := wanted(ctx)
		signs <- shown{how, err}
	})
	watchers.Go(func() { ends <- l.end(ctx) })
	defer watchers.Wait()
	defer cancel()
	select {
	case s := <-signs:
		return s.how, s.err
	case err := <-ends:
		return "", err
	}
}

// end waits until this life has ended, and records how.
func (l *lives) end(ctx context.Context) error {
	code, err := l.engine.Wait(ctx, l.id)
	if err == nil {
		l.ended = Ended{Code: code}
	}
	return err
}

// alive reports whether the current life goes on.
func (l *lives) alive(ctx context.Context) (bool, error) {
	c, err := l.engine.Inspect(ctx, l.id)
	if err != nil {
		return false, err
	}
	l.note(c)
	goesOn := l.standing(c) == stands && c.Started.Equal(l.life.Started)
	if goesOn {
		l.life = c
	}
	return goesOn, nil
}
