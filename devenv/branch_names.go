package devenv

import (
	"context"

	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
)

// BranchNames lists the branches that --base can name, for the shell's completion; none outside of a repository.
func BranchNames(ctx context.Context, o Options) []string {
	repo, err := gitrepo.Open(ctx, project.OrDot(o.Dir))
	if err != nil {
		return nil
	}
	names, err := repo.Branches(ctx)
	if err != nil {
		return nil
	}
	return names
}
