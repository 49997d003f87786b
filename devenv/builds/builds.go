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

// Repository is where the images are that runs build; Names is what their names begin with.
const (
	Repository = "devenv/build"
	Names      = Repository + ":"
)

// Images are those that a run uses of the images that runs build. Each edit of the backend gives one, so a run that built some
// removes at its end what is beyond the last few of its worktree. The zero value is a run that has not begun; several goroutines
// may use one.
type Images struct {
	// Building is held by whoever builds: a run builds one after the other.
	Building sync.Mutex

	// running is a lock that the runs on this machine share, so that one of them knows whether it is alone.
	running *flock.Flock

	mu     sync.Mutex
	needed []string
	made   bool
}

// Beside another run, an image stays that was used within othersGrace: that run may be about to make a container of it. A run that
// comes while another removes images, or clean the cache, says after runsWait what it waits for.
const (
	othersGrace = time.Hour
	runsWait    = 30 * time.Second
	lockPoll    = 20 * time.Millisecond
)

// Lock returns the lock that the runs with a cache share.
func Lock(cache string) *flock.Flock {
	return flock.New(filepath.Join(cache, "runs.lock"), flock.SetPermissions(0o600))
}

// Open says that there is a run. It waits for the lock as long as it takes: without it, others take themselves for alone.
func (b *Images) Open(ctx context.Context, cache string, note func(string)) error {
	b.running = Lock(cache)
	waiting, cancel := context.WithTimeout(ctx, runsWait)
	defer cancel()
	locked, err := b.running.TryRLockContext(waiting, lockPoll)
	if !locked && errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		note("this run waits until another one has removed images, or devenv clean the cache: " + b.running.Path() + " is locked")
		_, err = b.running.TryRLockContext(ctx, lockPoll)
	}
	if err != nil && ctx.Err() == nil {
		return report.Fail(report.KindWork, "make it writable for you, or choose another cache with DEVENV_CACHE", "lock %s: %w", b.running.Path(), err)
	}
	return ctx.Err()
}

// alone reports whether this is the only run there is; then none begins before Close.
func (b *Images) alone() bool {
	if err := b.running.Unlock(); err != nil {
		return false
	}
	alone, err := b.running.TryLock()
	if !alone {
		_, againErr := b.running.TryRLock() // clean and the others still see this run
		err = errors.Join(err, againErr)
	}
	return alone && err == nil
}

// Close says that the run has ended.
func (b *Images) Close() error {
	if b.running == nil {
		return nil
	}
	return b.running.Close()
}

// Need names an image that the run uses.
func (b *Images) Need(tag string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.needed = append(b.needed, tag)
}

// Built says that the run builds images.
func (b *Images) Built() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.made = true
}

// RemoveSurplus removes images that runs in a worktree built and that need not stay, where this run built some. The worktree's lock
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
	if !b.alone() {
		policy.Grace = othersGrace
	}
	var failed error
	for _, surplus := range policy.Surplus(b.judged(stored), time.Now()) {
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

// judged returns images as the policy sees them.
func (b *Images) judged(stored []engine.StoredImage) []retention.Image {
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
