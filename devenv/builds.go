package devenv

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

// builds are the images that a run uses of those that runs build. Each edit of the backend gives one, so a run that built some
// removes at its end what is beyond the last few of this worktree.
type builds struct {
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

// runsLock is the lock of the runs with a cache.
func runsLock(cache string) *flock.Flock {
	return flock.New(filepath.Join(cache, "runs.lock"), flock.SetPermissions(0o600))
}

// open says that there is a run. It waits for the lock as long as it takes: without it, others take themselves for alone.
func (b *builds) open(ctx context.Context, cache string, note func(string)) error {
	b.running = runsLock(cache)
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

// alone says whether this is the only run there is; then none begins before close.
func (b *builds) alone() bool {
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

// close says that the run has ended.
func (b *builds) close() error {
	if b.running == nil {
		return nil
	}
	return b.running.Close()
}

// need names an image that the run uses.
func (b *builds) need(tag string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.needed = append(b.needed, tag)
}

// add says that the run builds images.
func (b *builds) add() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.made = true
}

// removeSurplus removes images that runs in this worktree built and that need not stay. The worktree's lock keeps others from
// building there meanwhile.
func (w *workplace) removeSurplus(ctx context.Context) error {
	if !w.builds.made {
		return nil
	}
	stored, err := w.engine.TaggedImages(ctx, buildRepository, "*")
	if err != nil {
		return err
	}
	stored = slices.DeleteFunc(stored, func(s engine.StoredImage) bool { return !builtBy(w.worktreeID, s) })
	policy := retention.Default()
	if !w.builds.alone() {
		policy.Grace = othersGrace
	}
	var failed error
	for _, surplus := range policy.Surplus(w.builds.judged(stored), time.Now()) {
		at := slices.IndexFunc(stored, func(s engine.StoredImage) bool { return s.ID == surplus.ID })
		_, err := w.engine.RemoveStored(ctx, stored[at])
		failed = errors.Join(failed, err)
	}
	return failed
}

// builtBy says whether an image was built for a worktree.
func builtBy(worktreeID string, s engine.StoredImage) bool {
	builder, _ := compose.StageOf(s.Ref())
	return builder == worktreeID || s.HasLabels(compose.KindLabel+"="+compose.KindBuild, compose.BuilderLabel+"="+worktreeID)
}

// judged are images as the policy sees them.
func (b *builds) judged(stored []engine.StoredImage) []retention.Image {
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
