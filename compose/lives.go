package compose

import (
	"context"
	"sync"
	"time"

	"devenv/compose/engine"
)

// MaxRestarts is how often a container may end and be started again, as its restart policy says, while somebody waits for it:
// people's stacks rely on that, as where a server does not wait for another. One that ends more often never gets ready.
const MaxRestarts = 5

// lives follows one container while it is waited for. Its restart policy gives it another life where one has ended, and each
// must show the sign anew: what an earlier one has shown says nothing.
type lives struct {
	engine *engine.Engine
	id     string
	ready  Ready
	// earlier is how many of the times that the engine started it again do not count, old that it had run for long before.
	earlier int
	old     bool
	// life is the one that is looked at, ended how the last ended that was seen to.
	life  engine.Container
	ended Ended
}

// follow begins to wait for a container.
func follow(ctx context.Context, e *engine.Engine, id string, ready Ready) (*lives, error) {
	container, err := e.Inspect(ctx, id)
	if err != nil {
		return nil, err
	}
	l := &lives{engine: e, id: id, ready: ready, earlier: forgiven(container, time.Now())}
	if container.State == "running" && time.Since(container.Started) > settledAfter {
		details, err := e.Details(ctx) // the engine's clock need not be this machine's
		if err != nil {
			return nil, err
		}
		l.old = details.Clock.Sub(container.Started) > settledAfter
	}
	return l, nil
}

// forgiven is how many of the times that a container was started again before anybody waited for it do not count: all, but where it is
// at it right now. Then it gets one more life, since the engine waits longer before each, up to a minute.
func forgiven(c engine.Container, now time.Time) int {
	if Loops(c, now) {
		return max(0, c.Restarts-MaxRestarts+1)
	}
	return c.Restarts
}

// standing is what a look at a container means to whoever waits for it.
type standing int

const (
	stands    standing = iota // it runs
	restarts                  // it has ended, and is about to be started again
	loops                     // it ends again and again
	hasEnded                  // it has ended and stays so
	endedWell                 // that is what it was made for
)

// standing judges how a container stands.
func (l *lives) standing(c engine.Container) standing {
	again := c.Restarts - l.earlier
	switch {
	case (c.State == "exited" || c.State == "dead") && c.ExitCode == 0 && (l.ready.ends || l.ready.runs):
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

// note remembers how a life ended, which the next one's beginning takes away.
func (l *lives) note(c engine.Container) {
	if c.State == "restarting" || c.State == "exited" || c.State == "dead" {
		l.ended = Ended{Code: c.ExitCode, OutOfMemory: c.OOMKilled}
	}
}

// wait waits until a life of the container shows the sign.
func (l *lives) wait(ctx context.Context) (Readiness, error) {
	began := time.Now()
	deadline, cancel := context.WithTimeout(ctx, l.ready.Timeout)
	defer cancel()
	for {
		now, err := l.next(deadline)
		if err != nil {
			return Readiness{}, l.notReady(ctx, deadline, err)
		}
		switch now {
		case endedWell:
			return Readiness{How: "ended well", Took: time.Since(began)}, nil
		case hasEnded, loops:
			return Readiness{}, l.failed(ctx, now)
		}
		how, err := l.sign(deadline)
		if err != nil {
			return Readiness{}, l.notReady(ctx, deadline, err)
		}
		alive, err := l.alive(ctx)
		if err != nil {
			return Readiness{}, err
		}
		if alive && how != "" {
			took := time.Since(began)
			return Readiness{How: how, Took: took, lives: l, settled: l.old && took < soon}, nil
		}
	}
}

// next looks at the container once it is not about to be started again, and says how it stands.
func (l *lives) next(ctx context.Context) (now standing, err error) {
	err = again(ctx, inspectEvery, func() (bool, error) {
		if l.life, err = l.engine.Inspect(ctx, l.id); err != nil {
			return false, err
		}
		l.note(l.life)
		now = l.standing(l.life)
		return now != restarts, nil
	})
	return now, err
}

// sign waits until this life shows the sign, and returns it; nothing where it ended before that.
func (l *lives) sign(ctx context.Context) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	wanted := signs{l.engine}.of(l.life, l.ready)
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

// end waits until this life has ended, and remembers how it did.
func (l *lives) end(ctx context.Context) error {
	code, err := l.engine.Wait(ctx, l.id)
	if err == nil {
		l.ended = Ended{Code: code}
	}
	return err
}

// alive says whether the life that is looked at goes on.
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
