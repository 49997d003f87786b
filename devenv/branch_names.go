package devenv

import (
	"context"

	"devenv/devenv/branch"
	"devenv/devenv/project"
)

// BranchNames lists the branches that --base can name, for the shell's completion; none outside of a repository.
func BranchNames(ctx context.Context, o Options) []string {
	return branch.Names(ctx, project.OrDot(o.Dir))
}
