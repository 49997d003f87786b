package branch

import (
	"context"
	"strings"

	"devenv/devenv/gitrepo"
)

// ShortRef returns a ref's short name.
func ShortRef(ref string) string {
	for _, prefix := range []string{"refs/heads/", "refs/remotes/"} {
		if short, ok := strings.CutPrefix(ref, prefix); ok {
			return short
		}
	}
	if ref == "" {
		return "HEAD"
	}
	return ref
}

// BaseName returns the base's name for people; on the base branch itself it is the branch's name.
func BaseName(base, branch string) string {
	if base == "HEAD" && branch != "" {
		return ShortRef(branch)
	}
	return ShortRef(base)
}

// Name returns the branch's name for people.
func Name(ref string) string {
	if ref == "" {
		return "a detached HEAD"
	}
	return ShortRef(ref)
}

// Names lists the branches of the repository around a directory; none outside a repository.
func Names(ctx context.Context, dir string) []string {
	repo, err := gitrepo.Open(ctx, dir)
	if err != nil {
		return nil
	}
	names, err := repo.Branches(ctx)
	if err != nil {
		return nil
	}
	return names
}
