package builds

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/devenv/report"
	"devenv/devenv/retention"
)

// Repository holds the images that runs build; Names is the prefix of their names.
const (
	Repository = "devenv/build"
	Names      = Repository + ":"
)

// Images tracks which of the images built by runs a run uses. Each edit of the backend makes a new image, so a run
// that built some removes at its end all but the last few of its worktree. The zero value is a run that has not
// begun; it is safe for concurrent use.
type Images struct {
	// Building is held while building: a run builds one image after the other.
	Building sync.Mutex

	// running is a lock shared by the runs on this machine, so that each knows whether it is alone.
	running *flock.Flock

	mu     sync.Mutex
	needed []string
	made   bool
}

// Beside another run, an image that was used within othersGrace stays: that run may be about to create a container
// from it. A run that starts while another removes images, or clean the cache, reports after runsWait what it is
// waiting for.
const (
	othersGrace = time.Hour
	runsWait    = 30 * time.Second
	lockPoll    = 20 * time.Millisecond
)

// Lock returns the lock that the runs with a cache share.
func Lock(cache string) *flock.Flock {
	return flock.New(filepath.Join(cache, "runs.lock"), flock.SetPermissions(0o600))
}

// Open registers the run. It waits for the lock as long as it takes: without it, others believe that they are alone.
func (b *Images) Open(ctx context.Context, cache string, note func(string)) error {
	b.running = Lock(cache)
	waiting, cancel := context.WithTimeout(ctx, runsWait)
	defer cancel()
	locked, err := b.running.TryRLockContext(waiting, lockPoll)
	if !locked && errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		note("waiting for another run to remove images, or for devenv clean to remove the cache: " + b.running.Path() + " is locked")
		_, err = b.running.TryRLockContext(ctx, lockPoll)
	}
	if err != nil && ctx.Err() == nil {
		return report.Fail(report.KindWork, "make it writable for you, or choose another cache with DEVENV_CACHE", "lock %s: %w",
			b.running.Path(), err)
	}
	return ctx.Err()
}

// Alone reports whether this is the only run; then no other one can begin before Close.
func (b *Images) Alone() bool {
	if err := b.running.Unlock(); err != nil {
		return false
	}
	alone, err := b.running.TryLock()
	if !alone {
		_, againErr := b.running.TryRLock() // clean and other runs still see this one
		err = errors.Join(err, againErr)
	}
	return alone && err == nil
}

// Close unregisters the run.
func (b *Images) Close() error {
	if b.running == nil {
		return nil
	}
	return b.running.Close()
}

// Need records that the run uses an image.
func (b *Images) Need(tag string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.needed = append(b.needed, tag)
}

// Built records that the run builds images.
func (b *Images) Built() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.made = true
}

// RemoveSurplus removes surplus images that runs in a worktree built, if this run built any. The worktree's lock
// keeps others from building there meanwhile.
func (b *Images) RemoveSurplus(ctx context.Context, e *engine.Engine, worktreeID string) error {
	if !b.made {
		return nil
	}
	stored, err := e.TaggedImages(ctx, Repository, "*")
	if err != nil {
		return err
	}
	stored = slices.DeleteFunc(stored, func(s engine.StoredImage) bool { return !builtBy(worktreeID, s) })
	policy := retention.Default()
	if !b.Alone() {
		policy.Grace = othersGrace
	}
	var failed error
	for _, surplus := range policy.Surplus(b.policyImages(stored), time.Now()) {
		at := slices.IndexFunc(stored, func(s engine.StoredImage) bool { return s.ID == surplus.ID })
		_, err := e.RemoveStored(ctx, stored[at])
		failed = errors.Join(failed, err)
	}
	return failed
}

// builtBy reports whether an image was built for a worktree.
func builtBy(worktreeID string, s engine.StoredImage) bool {
	builder, _ := compose.StageOf(s.Ref())
	return builder == worktreeID || s.HasLabels(compose.KindLabel+"="+compose.KindBuild, compose.BuilderLabel+"="+worktreeID)
}

// policyImages converts images for the policy.
func (b *Images) policyImages(stored []engine.StoredImage) []retention.Image {
	images := make([]retention.Image, len(stored))
	for i, s := range stored {
		group := s.Labels[compose.BuiltLabel]
		if _, stage := compose.StageOf(s.Ref()); stage != "" {
			group = stage
		}
		needed := slices.ContainsFunc(s.Names, func(name string) bool { return slices.Contains(b.needed, name) })
		images[i] = retention.Image{ID: s.ID, Group: group, Used: s.Used, Bytes: s.Size, Needed: needed}
	}
	return images
}
