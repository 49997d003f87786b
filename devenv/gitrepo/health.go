package gitrepo

import (
	"context"
	"os"
	"path/filepath"
	"strings"
)

// Version returns git's version, "2.39.5". A missing or outdated git is a failure.
func Version(ctx context.Context) (string, error) {
	if err := checkVersion(ctx); err != nil {
		return "", err
	}
	text, err := git("", "version").line(ctx)
	return strings.TrimPrefix(text, "git version "), err
}

// UnderWay returns the operation in progress in the worktree, as git's subcommand: merge, rebase, cherry-pick,
// revert, bisect; empty for none.
func (r *Repo) UnderWay() string {
	for _, state := range []struct{ file, command string }{
		{"MERGE_HEAD", "merge"},
		{"rebase-merge", "rebase"},
		{"rebase-apply", "rebase"},
		{"CHERRY_PICK_HEAD", "cherry-pick"},
		{"REVERT_HEAD", "revert"},
		{"BISECT_LOG", "bisect"},
	} {
		if _, err := os.Stat(filepath.Join(r.gitDir, state.file)); err == nil {
			return state.command
		}
	}
	return ""
}
