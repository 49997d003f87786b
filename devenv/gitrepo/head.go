package gitrepo

import (
	"context"
	"strings"

	"devenv/devenv/report"
)

// Head is the worktree's HEAD. Ref is full ("refs/heads/x"), empty if detached.
type Head struct{ Ref, Commit string }

// Head returns the worktree's HEAD. A branch without a commit is a KindUsage failure.
func (r *Repo) Head(ctx context.Context) (Head, error) {
	ref, err := r.git("symbolic-ref", "-q", "HEAD").line(ctx)
	if err != nil && !exitedWith(err, 1) {
		return Head{}, report.Fail(report.KindWork, "", "read HEAD of %s: %w", r.root, err)
	}
	commit, found, err := r.resolve(ctx, "HEAD")
	if err != nil {
		return Head{}, err
	}
	if !found {
		return Head{}, report.Fail(report.KindUsage, "commit something first: git add . && git commit",
			"branch %s of %s has no commit yet", strings.TrimPrefix(ref, "refs/heads/"), r.root)
	}
	return Head{Ref: ref, Commit: commit}, nil
}

// resolve returns the commit that a revision names; found is false if there is none.
func (r *Repo) resolve(ctx context.Context, revision string) (commit string, found bool, err error) {
	commit, err = r.git("rev-parse", "-q", "--verify", revision+"^{commit}").line(ctx)
	if err == nil {
		return commit, true, nil
	}
	if ctx.Err() != nil {
		return "", false, err
	}
	return "", false, nil
}
