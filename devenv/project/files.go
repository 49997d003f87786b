package project

import (
	"context"
	"slices"
	"sync"

	"devenv/devenv/discover"
)

// Files lists the working tree's files as devenv sees them, repo-relative: without those that git ignores, but with
// those that the configuration includes.
func (w *Workspace) Files(ctx context.Context) ([]string, error) {
	paths, err := w.Repo.WorktreeFiles(ctx)
	if err != nil || w.Config == nil || len(w.Config.Include) == 0 {
		return paths, err
	}
	included, err := w.Repo.Untracked(ctx, w.Config.Paths(w.Config.Include))
	paths = slices.Concat(paths, included)
	slices.Sort(paths)
	return slices.Compact(paths), err
}

// services are the roles of the project's services, found at most once.
type services struct {
	mu    sync.Mutex
	known bool
	found *discover.Project
	err   error
}

// Services returns which services of the working tree have which role, as discover.Services does. A workspace looks
// only once.
func (w *Workspace) Services(ctx context.Context) (*discover.Project, error) {
	w.services.mu.Lock()
	defer w.services.mu.Unlock()
	if w.services.known {
		return w.services.found, w.services.err
	}
	paths, err := w.Files(ctx)
	if err != nil {
		return nil, err
	}
	w.services.found, w.services.err = discover.Services(w.Model, discover.Tree{Dir: w.Repo.Root(), Paths: paths}, w.Config)
	w.services.known = true
	return w.services.found, w.services.err
}
