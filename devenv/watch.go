package devenv

import (
	"context"
	"time"

	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
)

// How often Watch looks at the working tree: it pauses for watchPause, and at least nine times as long as looking took,
// which so takes at most a tenth of one processor. It asks git instead of using file system events: git knows what is
// ignored, and also sees changes on network shares. A tree that keeps changing is tested after watchLongest.
const (
	watchPause   = 200 * time.Millisecond
	watchShare   = 9
	watchLongest = 3 * time.Second
)

// Watch calls do, and again whenever the working tree or HEAD has changed since the last call began, until do fails or
// ctx is cancelled. Without an error it returns only once somebody agrees to the state that the last call has seen, by
// the channel that it returned; nil for nobody. What git ignores does not count as a change.
func Watch(ctx context.Context, o Options, do func(ctx context.Context) (agreed <-chan struct{}, err error)) error {
	repo, err := gitrepo.Open(ctx, project.OrDot(o.Dir))
	if err != nil {
		return err
	}
	if _, err := project.KeepCaptures(repo, project.WorktreeID(repo.Root())); err != nil {
		return err
	}
	done := stateOf(ctx, repo)
	for ctx.Err() == nil {
		agreed, err := do(ctx)
		if err != nil {
			return err
		}
		next := nextState(ctx, repo, done, agreed)
		if next == done {
			break
		}
		done = next
	}
	return ctx.Err()
}

// nextState waits until the working tree is in another state than the given one, and no longer changes: who saves
// several files wants them tested together. It returns the same one if somebody agrees to it, or the context ends.
func nextState(ctx context.Context, repo *gitrepo.Repo, old string, agreed <-chan struct{}) string {
	last, changed, answered := old, time.Time{}, false
	for ctx.Err() == nil {
		began := time.Now()
		state := stateOf(ctx, repo)
		if state != old && (state == last || !changed.IsZero() && time.Since(changed) > watchLongest) {
			return state
		}
		if answered && state == old {
			return old
		}
		answered = false
		if last = state; state != old && changed.IsZero() {
			changed = began
		}
		pause := max(watchPause, watchShare*time.Since(began))
		if state != old { // soon it will be known whether it stays so
			pause = watchPause / 2
		}
		select {
		case <-ctx.Done():
		case <-agreed:
			answered = true
		case <-time.After(pause):
		}
	}
	return old
}

// stateOf returns a text that identifies the state of the working tree and HEAD. A tree that cannot be captured, for
// example during a merge, is a state too: the command reports the problem.
func stateOf(ctx context.Context, repo *gitrepo.Repo) string {
	captured, err := repo.Capture(ctx, gitrepo.CaptureOptions{})
	if err != nil {
		return err.Error()
	}
	return captured.Commit
}
