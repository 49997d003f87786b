package project

import (
	"context"
	"slices"
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
