package testbed

import (
	"context"
	"errors"
	"sync"

	"devenv/devenv/database"
)

// disposal removes from the engine what the run no longer needs, beside what still runs: a removal is mostly waiting.
type disposal struct {
	removals sync.WaitGroup

	mu sync.Mutex
	// failures are the errors of removals.
	failures error
	// clones are those that nothing has removed yet.
	clones map[*database.Server]bool
}

// Later removes something in the background, even if ctx is cancelled. Close waits for it and returns its error.
func (d *disposal) Later(ctx context.Context, remove func(context.Context) error) {
	ctx = context.WithoutCancel(ctx)
	d.removals.Go(func() {
		if err := remove(ctx); err != nil {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.failures = errors.Join(d.failures, err)
		}
	})
}

// Dispose removes a clone in the background.
func (d *disposal) Dispose(ctx context.Context, server *database.Server) {
	d.Forget(server)
	d.Later(ctx, server.Remove)
}

// Has reports whether the run still has a clone, and has not removed it itself.
func (d *disposal) Has(server *database.Server) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.clones[server]
}

// Forget leaves it to the caller to remove a clone.
func (d *disposal) Forget(server *database.Server) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.clones, server)
}

// disposed waits for all removals and returns their errors.
func (d *disposal) disposed() error {
	d.removals.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.failures
}

// disposeAllBut removes all clones that are left but one, in the background; nil spares none.
func (d *disposal) disposeAllBut(ctx context.Context, spared *database.Server) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for server := range d.clones {
		if server != spared {
			delete(d.clones, server)
			d.Later(ctx, server.Remove)
		}
	}
}

// cloned records a clone, to be removed.
func (d *disposal) cloned(server *database.Server) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.clones == nil {
		d.clones = map[*database.Server]bool{}
	}
	d.clones[server] = true
}
