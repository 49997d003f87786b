package devenv

import (
	"context"
	"time"

	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
)

// watchEvery is how often the working tree is looked at. Git is asked, and not the kernel: it knows what is ignored, and
// sees what lies on a share of another machine.
const watchEvery = time.Second

// Watch calls do, and again whenever the working tree or HEAD has changed since the last call began, until do fails or ctx
// is cancelled; only with an error does it return. What git ignores is no change.
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

// stateOf is one text for each state of the working tree and HEAD. A tree that cannot be taken, in the middle of a merge
// for one, is a state too: the command says of it what there is to say.
func stateOf(ctx context.Context, repo *gitrepo.Repo) string {
	taken, err := repo.Capture(ctx, gitrepo.CaptureOptions{})
	if err != nil {
		return err.Error()
	}
	return taken.Commit
}
