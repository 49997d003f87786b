package devenv

import (
	"context"
	"time"

	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
)

// watchEvery is how often to look at the working tree. It asks git instead of using file system events: git knows what
// is ignored, and also sees changes on network shares.
const watchEvery = time.Second

// Watch calls do, and again whenever the working tree or HEAD has changed since the last call began, until do fails or
// ctx is cancelled. It only returns with an error. What git ignores does not count as a change.
func Watch(ctx context.Context, o Options, do func(ctx context.Context) error) error {
	repo, err := gitrepo.Open(ctx, project.OrDot(o.Dir))
	if err != nil {
		return err
	}
	if _, err := project.KeepCaptures(repo); err != nil {
		return err
	}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		done := stateOf(ctx, repo)
		if err := do(ctx); err != nil {
			return err
		}
		for stateOf(ctx, repo) == done {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-tick.C:
			}
		}
	}
	return ctx.Err()
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
