package gitrepo

import "context"

// CommitTree returns the id of a commit of a tree with the given parents. The same tree on the same parents gives the
// same id; no ref points to it.
func (r *Repo) CommitTree(ctx context.Context, tree string, parents ...string) (string, error) {
	return r.commitOf(ctx, tree, parents...)
}
