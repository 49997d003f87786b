package gitrepo

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"devenv/devenv/report"
)

// CaptureOptions select what a capture contains besides the tracked and the untracked files.
type CaptureOptions struct {
	// Include are repo-relative paths, directories or globs ("config/*.env", "**/.env") of ignored files to add; the
	// patterns of .worktreeinclude at the root are always added.
	Include []string
	// Exclude are repo-relative paths (files or directories) to leave out.
	Exclude []string
}

// Capture is the working tree as git objects.
type Capture struct {
	// Tree is the id of the tree object.
	Tree string
	// Commit is the id of a commit of Tree on Parents; the same tree on the same parents gives the same id.
	Commit string
	// Parents are HEAD and, if a resolved merge is not yet committed, the commits being merged.
	Parents []string
	// Head is the worktree's HEAD.
	Head Head
	// Included are the ignored files that were added, repo-relative.
	Included []string
	// Modes are the permissions of untracked and ignored files that git would not preserve.
	Modes map[string]fs.FileMode
	// Notes tell what the capture lacks: repositories within the working tree that are not submodules, and
	// uncommitted work in submodules.
	Notes []string
}

// Capture captures the working tree: tracked changes and deletions, untracked files, selected ignored ones. It only
// reads the user's index. An unmerged index is a KindWork failure that names the files.
func (r *Repo) Capture(ctx context.Context, opts CaptureOptions) (Capture, error) {
	if err := r.mayWrite(); err != nil {
		return Capture{}, err
	}
	head, err := r.Head(ctx)
	if err != nil {
		return Capture{}, err
	}
	if err := r.Conflicts(ctx); err != nil {
		return Capture{}, fmt.Errorf("capture the working tree: %w", err)
	}
	index, done, err := r.copyIndex()
	if err != nil {
		return Capture{}, err
	}
	defer done()
	c := capturing{repo: r, index: "GIT_INDEX_FILE=" + index, result: Capture{Head: head}}
	if err := c.fill(ctx, opts); err != nil {
		return Capture{}, captureFailed(r, err)
	}
	return c.result, nil
}

// Conflicts returns a failure if there are unresolved conflicts, which only the user can resolve.
func (r *Repo) Conflicts(ctx context.Context) error {
	paths, err := r.unmerged(ctx, r.root)
	if err != nil {
		return report.Fail(report.KindWork, "", "read the index of %s: %w", r.root, err)
	}
	if len(paths) == 0 {
		return nil
	}
	hint := "resolve them and \"git add\" them"
	if busy := r.UnderWay(); busy != "" && busy != "bisect" { // git stash pop leaves conflicts, and nothing to abort
		hint += ", or abort: git " + busy + " --abort"
	}
	return report.Fail(report.KindWork, hint,
		"there are unresolved conflicts in %s", strings.Join(paths, ", "))
}

// unmerged lists the paths in conflict in the worktree at dir, each once.
func (r *Repo) unmerged(ctx context.Context, dir string) ([]string, error) {
	entries, err := git(dir, "ls-files", "-u", "-z").list(ctx)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, entry := range entries {
		_, path, _ := strings.Cut(entry, "\t")
		if len(paths) == 0 || paths[len(paths)-1] != path {
			paths = append(paths, path)
		}
	}
	return paths, nil
}

func captureFailed(r *Repo, err error) error {
	hint := ""
	if strings.Contains(stderrOf(err), "Permission denied") {
		hint = "make the file readable, or ignore it in .gitignore"
	}
	return report.Fail(report.KindWork, hint, "capture the working tree of %s: %w", r.root, err)
}

// capturing is a capture in progress, with an index of its own.
type capturing struct {
	repo  *Repo
	index string // the environment variable that names the temporary index
	// unfiltered is configuration that turns off filters that do not work.
	unfiltered []string
	result     Capture
}

func (c *capturing) git(args ...string) *command {
	return c.repo.git(args...).with(c.index).set(c.unfiltered...)
}

// fill updates the temporary index from the working tree, and writes the objects.
func (c *capturing) fill(ctx context.Context, opts CaptureOptions) error {
	if err := c.update(ctx); err != nil {
		return err
	}
	untracked, err := c.git("ls-files", "-o", "--exclude-standard", "-z").list(ctx)
	if err != nil {
		return err
	}
	included, err := c.included(ctx, opts.Include)
	if err != nil {
		return err
	}
	c.result.Included = c.noteRepositories(included)
	added := append(c.noteRepositories(untracked), c.result.Included...)
	if err := c.add(ctx, added); err != nil {
		return err
	}
	c.keepModes(added)
	if err := c.exclude(ctx, opts.Exclude); err != nil {
		return err
	}
	c.noteSubmodules(ctx)
	if c.result.Tree, err = c.git("write-tree").line(ctx); err != nil {
		return err
	}
	c.result.Parents = append([]string{c.result.Head.Commit}, c.repo.merging()...)
	c.result.Commit, err = c.repo.commitOf(ctx, c.result.Tree, c.result.Parents...)
	return err
}

// merging returns the commits of a merge that the user has not committed yet.
func (r *Repo) merging() []string {
	content, err := os.ReadFile(filepath.Join(r.gitDir, "MERGE_HEAD"))
	if err != nil {
		return nil
	}
	return strings.Fields(string(content))
}

// update adds changes of tracked files.
func (c *capturing) update(ctx context.Context) error {
	return c.filtered(ctx, func() *command { return c.git("add", "-u") })
}

// add adds untracked files to the index, except those that have vanished meanwhile.
func (c *capturing) add(ctx context.Context, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	return c.filtered(ctx, func() *command {
		return c.git("update-index", "--add", "--remove", "--replace", "-z", "--stdin").input(joinNul(paths))
	})
}

// filtered runs a command that adds files. If a filter's program is missing (LFS), it runs again without filters.
func (c *capturing) filtered(ctx context.Context, command func() *command) error {
	err := command().run(ctx)
	if err == nil || ctx.Err() != nil || !filterFailed(err) {
		return err
	}
	if c.unfiltered, err = c.repo.withoutFilters(ctx); err != nil {
		return err
	}
	c.result.Notes = append(c.result.Notes, "a filter failed, so filtered files (LFS) that changed are captured unfiltered")
	return command().run(ctx)
}

// keepModes records file permissions that git does not preserve, such as those of a private file.
func (c *capturing) keepModes(paths []string) {
	c.result.Modes = map[string]fs.FileMode{}
	for _, p := range paths {
		info, err := os.Lstat(filepath.Join(c.repo.root, filepath.FromSlash(p)))
		if err == nil && info.Mode().IsRegular() && info.Mode().Perm() != 0o644 && info.Mode().Perm() != 0o755 {
			c.result.Modes[p] = info.Mode().Perm()
		}
	}
}

// exclude removes paths from the index.
func (c *capturing) exclude(ctx context.Context, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	files, err := c.git(append([]string{"ls-files", "-z", "--"}, paths...)...).list(ctx)
	if err != nil {
		return err
	}
	return c.git("update-index", "--force-remove", "-z", "--stdin").input(joinNul(files)).run(ctx)
}

// commitOf returns the id of a commit of a tree. Its dates are the first parent's, so that the same tree on the same
// parents is the same commit, and tools that derive a version from dates see a plausible one.
func (r *Repo) commitOf(ctx context.Context, tree string, parents ...string) (string, error) {
	if err := r.mayWrite(); err != nil {
		return "", err
	}
	date, err := r.git("log", "-1", "--format=%ct +0000", "--no-show-signature", parents[0]).line(ctx)
	if err != nil {
		return "", err
	}
	args := []string{"commit-tree", tree, "-m", "devenv: the working tree as it is"}
	for _, parent := range parents {
		args = append(args, "-p", parent)
	}
	return r.git(args...).with("GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date).line(ctx)
}
