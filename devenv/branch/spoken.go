package branch

import (
	"context"
	"strings"

	"devenv/devenv/gitrepo"
)

// Spoken returns a ref as people say it.
func Spoken(ref string) string {
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

// SpokenBase returns the base as people say it; on the base's own branch it is that.
func SpokenBase(base, branch string) string {
	if base == "HEAD" && branch != "" {
		return Spoken(branch)
	}
	return Spoken(base)
}

// Name returns the branch as people say it.
func Name(ref string) string {
	if ref == "" {
		return "a detached HEAD"
	}
	return Spoken(ref)
}

// Names lists the branches of the repository around a directory; none outside of a repository.
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
