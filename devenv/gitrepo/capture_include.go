package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// included lists the ignored files that a capture adds: those that the options name, and those that .worktreeinclude
// matches (patterns as in .gitignore, for ignored files that other checkouts need nevertheless).
func (c *capturing) included(ctx context.Context, include []string) ([]string, error) {
	found := map[string]bool{}
	var files []string
	take := func(paths []string) {
		for _, p := range paths {
			if !found[p] {
				found[p] = true
				files = append(files, p)
			}
		}
	}
	named, err := matching(ctx, c.git, include)
	if err != nil {
		return nil, err
	}
	take(named)
	patterns := filepath.Join(c.repo.root, ".worktreeinclude")
	if info, err := os.Stat(patterns); errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir() {
		return files, nil
	}
	paths, err := c.git("ls-files", "-o", "-i", "-z", "--exclude-from="+patterns).list(ctx)
	if err != nil {
		return nil, err
	}
	take(paths)
	return files, nil
}

// matching lists the files, ignored ones too, that git does not track and patterns match.
func matching(ctx context.Context, git func(args ...string) *command, patterns []string) ([]string, error) {
	if len(patterns) == 0 {
		return nil, nil
	}
	args := []string{"ls-files", "-o", "-z", "--"}
	for _, pattern := range patterns {
		args = append(args, ":(top,glob)"+path.Clean(strings.TrimPrefix(filepath.ToSlash(pattern), "/")))
	}
	return git(args...).with("GIT_LITERAL_PATHSPECS=0").list(ctx)
}

// Untracked lists the files, ignored ones too, that git does not track and patterns match, relative to the root.
func (r *Repo) Untracked(ctx context.Context, patterns []string) ([]string, error) {
	return matching(ctx, r.git, patterns)
}

// noteRepositories removes nested repositories from a list of untracked paths: git lists them as directories, and
// could only store their commit's id.
func (c *capturing) noteRepositories(paths []string) []string {
	files := paths[:0:0]
	for _, p := range paths {
		if !strings.HasSuffix(p, "/") {
			files = append(files, p)
			continue
		}
		c.result.Notes = append(c.result.Notes, fmt.Sprintf("%s is left out: it is a separate repository, not a submodule", p))
	}
	return files
}

// noteSubmodules notes the submodules with uncommitted work: a capture only has their checked-out commit.
func (c *capturing) noteSubmodules(ctx context.Context) {
	if _, err := os.Stat(filepath.Join(c.repo.root, ".gitmodules")); err != nil {
		return
	}
	entries, err := c.git("ls-files", "-s", "-z").list(ctx)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry, modeSubmodule+" ") {
			continue
		}
		_, name, _ := strings.Cut(entry, "\t")
		dir := filepath.Join(c.repo.root, filepath.FromSlash(name))
		if _, err := os.Stat(filepath.Join(dir, ".git")); err != nil {
			continue
		}
		if changes, err := git(dir, "status", "--porcelain", "-z").bytes(ctx); err == nil && len(changes) > 0 {
			c.result.Notes = append(c.result.Notes,
				fmt.Sprintf("submodule %s is taken at its checked-out commit, without its uncommitted changes", name))
		}
	}
}

// Ignored lists what git ignores in the working tree: files, and directories with nothing else in them, whose paths
// end in a slash. Paths are relative to the root.
func (r *Repo) Ignored(ctx context.Context) ([]string, error) {
	return git(r.root, "ls-files", "-o", "-i", "--exclude-standard", "--directory", "-z").list(ctx)
}
