package devenv

import (
	"context"

	"devenv/devenv/branch"
	"devenv/devenv/project"
)

// BranchNames returns the branches that --base can name, for shell completion; none outside a repository.
func BranchNames(ctx context.Context, o Options) []string {
	return branch.Names(ctx, project.OrDot(o.Dir))
}
