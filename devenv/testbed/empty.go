package testbed

import (
	"context"
	"errors"
	"sync"

	"devenv/devenv/database"
	"devenv/devenv/step"
)

// Empties are the run's empty databases, which share a server if they can.
type Empties struct {
	bed *Testbed

	mu      sync.Mutex
	started bool
	shared  *database.Shared // nil if the server cannot be shared
	// asked is how many databases the run has asked for; ready are those that were there before it began.
	asked int
	ready []*database.Database
	// coming are databases that are being prepared; left is how many of them nobody has asked for yet.
	coming chan prepared
	left   int
	making sync.WaitGroup
	stop   context.CancelFunc
	// made counts the databases that the branch's own service has made.
	made int
}

// Empty is an empty database of the base, as the init scripts left it: one of several on a shared server, or on a
// server of its own.
type Empty struct {
	bed    *Testbed
	shared *database.Database
	own    *database.Server
}

// resume makes a shared server that an earlier run has started the run's, with databases that nobody has used; nil means
// that there is none.
func (m *Empties) resume(shared *database.Shared, ready []*database.Database) {
	m.shared, m.started, m.ready = shared, shared != nil, ready
}

// prepared is a database that was prepared, or why there is none.
type prepared struct {
	empty *Empty
	err   error
}

// Prepare creates n empty databases in advance, in the background, once after is closed.
func (m *Empties) Prepare(ctx context.Context, n int, after <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n = max(0, n-len(m.ready))
	ctx, m.stop = context.WithCancel(context.WithoutCancel(ctx))
	m.coming, m.left = make(chan prepared, n), n
	m.making.Go(func() {
		if step.Wait(ctx, after) != nil {
			return
		}
		for range n {
			empty, err := m.create(ctx)
			m.coming <- prepared{empty, err}
		}
	})
}

// Close ends the preparation.
func (m *Empties) Close() {
	if m.stop != nil {
		m.stop()
	}
	m.making.Wait()
}

// New returns an empty database that nobody has used. Where one could not be prepared, it tries again.
func (m *Empties) New(ctx context.Context) (*Empty, error) {
	m.mu.Lock()
	m.asked++
	if len(m.ready) > 0 {
		defer m.mu.Unlock()
		ready := m.ready[0]
		m.ready = m.ready[1:]
		return &Empty{bed: m.bed, shared: ready}, nil
	}
	coming := m.left > 0
	if coming {
		m.left--
	}
	m.mu.Unlock()
	if coming {
		select {
		case p := <-m.coming:
			if p.err == nil {
				return p.empty, nil
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return m.create(ctx)
}

// create creates an empty database.
func (m *Empties) create(ctx context.Context) (*Empty, error) {
	e := &Empty{bed: m.bed}
	var err error
	if e.own, err = m.share(ctx); err != nil || e.own != nil {
		return e, err
	}
	if m.shared != nil {
		if e.shared, err = m.shared.Create(ctx); !errors.Is(err, database.ErrSpoiled) {
			return e, err
		}
	}
	return e, e.Separate(ctx)
}

// share starts the shared server, once. If it turns out that it cannot be shared, the first caller gets it for itself.
func (m *Empties) share(ctx context.Context) (*database.Server, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.started {
		return nil, nil
	}
	server, err := m.bed.Clone(ctx, m.bed.Base.WithoutData, CloneOptions{})
	if err != nil {
		return nil, err
	}
	m.started = true
	shared, ok, err := database.Share(ctx, server)
	if err != nil {
		return nil, err
	}
	if !ok {
		return server, nil
	}
	m.shared = shared
	return nil, nil
}

// IsShared reports whether other databases share the server.
func (e *Empty) IsShared() bool { return e.shared != nil }

// Separate replaces the database by a new one on a server of its own.
func (e *Empty) Separate(ctx context.Context) (err error) {
	e.shared = nil
	e.own, err = e.bed.Clone(ctx, e.bed.Base.WithoutData, CloneOptions{})
	return err
}

// Use calls f with the database's server. Other empty databases wait meanwhile: f must not use one.
func (e *Empty) Use(ctx context.Context, f func(*database.Server) error) error {
	if e.shared != nil {
		err := e.shared.Use(ctx, f)
		if !errors.Is(err, database.ErrSpoiled) {
			return err
		}
		if err := e.Separate(ctx); err != nil {
			return err
		}
	}
	return f(e.own)
}
