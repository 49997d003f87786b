package gitrepo

import (
	"context"
	"fmt"
	"strings"

	"devenv/devenv/report"
)

// ConflictError means that a merge had conflicts. It is wrapped in a KindWork failure; nothing of the user's has
// changed.
type ConflictError struct {
	// Paths are the files in conflict, repo-relative, sorted.
	Paths []string
	// Base is the id of the commit that was merged.
	Base string
}

// Error names the files.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("the working tree and the base (%s) conflict in %s", short(e.Base), strings.Join(e.Paths, ", "))
}

// Merge merges a capture with the base in the tree. If the capture already contains the base, merged is false and
// result is the capture's tree; else result is the id of the merged tree. Either way the tree ends as a checkout of
// result. Conflicts are a *ConflictError in a KindWork failure.
func (r *Repo) Merge(ctx context.Context, tree *Tree, captureCommit, baseCommit string) (result string, merged bool, err error) {
	parted, err := r.MergeBase(ctx, captureCommit, baseCommit)
	if err != nil {
		return "", false, err
	}
	if err := tree.Checkout(ctx, captureCommit); err != nil {
		return "", false, err
	}
	if base, found, err := r.resolve(ctx, baseCommit); err != nil || found && base == parted {
		if err == nil {
			result, err = r.git("rev-parse", captureCommit+"^{tree}").line(ctx)
		}
		return result, false, mergeFailed(captureCommit, baseCommit, err)
	}
	result, err = tree.merge(ctx, captureCommit, baseCommit)
	return result, err == nil, err
}

// merge merges the base into the tree, which is a checkout of the capture, and leaves a checkout of the result.
func (t *Tree) merge(ctx context.Context, captureCommit, baseCommit string) (string, error) {
	if err := t.setHead(captureCommit); err != nil {
		return "", mergeFailed(captureCommit, baseCommit, err)
	}
	failed := t.git("merge", "--no-commit", "--no-ff", "--no-verify", "--no-verify-signatures", "--no-stat", "-q", baseCommit).
		set("rerere.enabled=false", "merge.autoStash=false", "merge.renormalize=true").run(ctx)
	if failed != nil {
		paths, err := t.repo.unmerged(ctx, t.dir)
		if err == nil && len(paths) > 0 {
			return "", report.Fail(report.KindWork,
				"merge the base into your branch yourself (git merge "+short(baseCommit)+"), then try again",
				"merge the working tree with the base: %w", &ConflictError{Paths: paths, Base: baseCommit})
		}
		return "", mergeFailed(captureCommit, baseCommit, failed)
	}
	result, err := t.git("write-tree").line(ctx)
	if err != nil {
		return "", mergeFailed(captureCommit, baseCommit, err)
	}
	commit, err := t.repo.commitOf(ctx, result, captureCommit, baseCommit)
	if err != nil {
		return "", mergeFailed(captureCommit, baseCommit, err)
	}
	return result, t.Checkout(ctx, commit)
}

func mergeFailed(captureCommit, baseCommit string, err error) error {
	if err == nil {
		return nil
	}
	return report.Fail(report.KindWork, "", "merge the working tree (%s) with the base (%s): %w",
		short(captureCommit), short(baseCommit), err)
}
