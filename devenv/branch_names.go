package devenv

import (
	"context"

	"devenv/devenv/gitrepo"
)

// BranchNames lists the branches that --base can name, for the shell's completion; none outside of a repository.
func BranchNames(ctx context.Context, o Options) []string {
	repo, err := gitrepo.Open(ctx, orDot(o.Dir))
	if err != nil {
		return nil
	}
	names, err := repo.Branches(ctx)
	if err != nil {
		return nil
	}
	return names
}
