package testbed

import (
	"context"
	"errors"
	"sync"

	"devenv/devenv/database"
)

// Empties are the run's empty databases, which share a server if they can.
type Empties struct {
	bed *Testbed

	mu      sync.Mutex
	started bool
	shared  *database.Shared // nil if the server cannot be shared
	// spare are databases that were prepared, and that nobody has taken yet.
	spare []*Empty
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

// Prepare creates n empty databases in advance.
func (m *Empties) Prepare(ctx context.Context, n int) error {
	for range n {
		made, err := m.create(ctx)
		if err != nil {
			return err
		}
		m.mu.Lock()
		m.spare = append(m.spare, made)
		m.mu.Unlock()
	}
	return nil
}

// New returns an empty database that nobody has used.
func (m *Empties) New(ctx context.Context) (*Empty, error) {
	m.mu.Lock()
	if len(m.spare) > 0 {
		defer m.mu.Unlock()
		spare := m.spare[0]
		m.spare = m.spare[1:]
		return spare, nil
	}
	m.mu.Unlock()
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
