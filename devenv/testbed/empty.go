package testbed

import (
	"context"
	"errors"
	"sync"

	"devenv/devenv/checks"
	"devenv/devenv/database"
)

// empties are the run's empty databases, which share a server if they can.
type empties struct {
	mu      sync.Mutex
	started bool
	shared  *database.Shared // nil if the server cannot be shared
	// spare are databases that were prepared, and that nobody has taken yet.
	spare []*Empty
	// change is what the branch changes of what the database starts from; made counts the databases that it made itself.
	change checks.DatabaseChange
	made   int
}

// Empty is an empty database of the base, as the init scripts left it: one of several on a shared server, or on a server
// of its own.
type Empty struct {
	bed    *Testbed
	shared *database.Database
	own    *database.Server
}

// PrepareEmpty creates n empty databases in advance.
func (b *Testbed) PrepareEmpty(ctx context.Context, n int) error {
	for range n {
		made, err := b.newEmpty(ctx)
		if err != nil {
			return err
		}
		b.empties.mu.Lock()
		b.empties.spare = append(b.empties.spare, made)
		b.empties.mu.Unlock()
	}
	return nil
}

// Empty returns an empty database that nobody has used.
func (b *Testbed) Empty(ctx context.Context) (*Empty, error) {
	b.empties.mu.Lock()
	if len(b.empties.spare) > 0 {
		defer b.empties.mu.Unlock()
		spare := b.empties.spare[0]
		b.empties.spare = b.empties.spare[1:]
		return spare, nil
	}
	b.empties.mu.Unlock()
	return b.newEmpty(ctx)
}

// newEmpty creates an empty database.
func (b *Testbed) newEmpty(ctx context.Context) (*Empty, error) {
	e := &Empty{bed: b}
	var err error
	if e.own, err = b.share(ctx); err != nil || e.own != nil {
		return e, err
	}
	if b.empties.shared != nil {
		if e.shared, err = b.empties.shared.Create(ctx); !errors.Is(err, database.ErrSpoiled) {
			return e, err
		}
	}
	return e, e.Separate(ctx)
}

// share starts the shared server, once. If it turns out that it cannot be shared, the first caller gets it for itself.
func (b *Testbed) share(ctx context.Context) (*database.Server, error) {
	b.empties.mu.Lock()
	defer b.empties.mu.Unlock()
	if b.empties.started {
		return nil, nil
	}
	server, err := b.Clone(ctx, b.Base.WithoutData, CloneOptions{})
	if err != nil {
		return nil, err
	}
	b.empties.started = true
	shared, ok, err := database.Share(ctx, server)
	if err != nil {
		return nil, err
	}
	if !ok {
		return server, nil
	}
	b.empties.shared = shared
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
