// Package gitrepo is devenv's access to git: captures of the user's working tree (as git objects), private trees made
// from them, merges with the base, and the journaled delivery of files to the working tree and its undo. The git
// binary (2.30 or newer) does all the work. Only Deliver, Recover and Undo ever change the user's files; nothing ever
// changes the user's index, refs, objects or list of worktrees.
package gitrepo

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"devenv/devenv/report"
)

// Repo is one worktree of a repository. It holds no locks and is safe for concurrent use.
type Repo struct {
	root, gitDir, commonDir string
	// objects is the directory for the objects that this package writes: see KeepObjects.
	objects string
	// beside is set once this process holds LockBeside: its temporary files are not those of the worktree's runs.
	beside bool
}

// Open finds the worktree that contains dir: a subdirectory, a linked worktree, a submodule. It fails with KindUsage
// if dir is in no repository or in a bare one, and with KindWork if git is missing or older than 2.30.
func Open(ctx context.Context, dir string) (*Repo, error) {
	if err := checkVersion(ctx); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "find the repository of %s: %w", dir, err)
	}
	root, err := git(dir, "rev-parse", "--show-toplevel").line(ctx)
	if err != nil {
		return nil, notFound(dir, err)
	}
	return openRoot(ctx, root)
}

// openRoot returns the worktree whose top directory is root.
func openRoot(ctx context.Context, root string) (*Repo, error) {
	gitDir, err := git(root, "rev-parse", "--absolute-git-dir").line(ctx)
	if err != nil {
		return nil, notFound(root, err)
	}
	common, err := git(root, "rev-parse", "--git-common-dir").line(ctx)
	if err != nil {
		return nil, notFound(root, err)
	}
	// --path-format=absolute would do, but needs git 2.31.
	if !filepath.IsAbs(common) {
		common = filepath.Join(root, common)
	}
	return &Repo{root: root, gitDir: gitDir, commonDir: filepath.Clean(common)}, nil
}

// Root returns the worktree's top directory, absolute, with symlinks resolved.
func (r *Repo) Root() string { return r.root }

// GitDir returns the worktree's own git directory, absolute.
func (r *Repo) GitDir() string { return r.gitDir }

// CommonDir returns the git directory that all worktrees of the repository share, absolute.
func (r *Repo) CommonDir() string { return r.commonDir }

// git returns a command that runs in the worktree, or in the git directory of a submodule that is not checked out.
func (r *Repo) git(args ...string) *command {
	if r.root == "" {
		return git(r.gitDir, args...).with("GIT_DIR=" + r.gitDir)
	}
	return git(r.root, args...).with(r.objectsEnvironment()...)
}

func notFound(dir string, err error) error {
	text := stderrOf(err)
	_, gone, linked := strings.Cut(text, "not a git repository: ")
	switch {
	case linked:
		return unlinked(dir, strings.TrimSpace(gone))
	case strings.Contains(text, "not a git repository"):
		return report.Fail(report.KindUsage, "run devenv inside the project's git repository (or \"git init\" and commit first)",
			"%s is not in a git repository", dir)
	case strings.Contains(text, "must be run in a work tree"):
		return report.Fail(report.KindUsage, "run devenv in a checkout of the project (\"git worktree add\" creates one)",
			"%s has no working tree: it is a bare repository or a .git directory", dir)
	case strings.Contains(text, "dubious ownership") || strings.Contains(text, "unsafe repository"):
		return report.Fail(report.KindWork, "git config --global --add safe.directory "+report.ShellWord(untrusted(text, dir)),
			"git does not trust the repository of %s: it belongs to another user", dir)
	}
	return report.Fail(report.KindWork, "", "find the repository of %s: %w", dir, err)
}

// unlinked returns the failure of a directory whose .git names a git directory that is not there.
func unlinked(dir, gone string) error {
	if main, _, ok := strings.Cut(gone, "/worktrees/"); ok {
		return report.Fail(report.KindUsage, "if that repository was moved, run in its new place: git worktree repair "+report.ShellWord(dir),
			"%s is a worktree of %s, which is not there", dir, strings.TrimSuffix(main, "/.git"))
	}
	return report.Fail(report.KindUsage, "put it back, or clone the project again", "the repository of %s, %s, is not there", dir, gone)
}

// untrusted returns the directory that git reports as untrusted: the one of the repository that contains dir.
func untrusted(said, dir string) string {
	for line := range strings.Lines(said) {
		if _, named, ok := strings.Cut(line, "--add safe.directory "); ok {
			return strings.Trim(strings.TrimSpace(named), "'")
		}
	}
	return dir
}

// checkVersion rejects a git that is missing or too old for what this package relies on.
func checkVersion(ctx context.Context) error {
	text, err := git("", "version").line(ctx)
	if errors.Is(err, exec.ErrNotFound) {
		return report.Fail(report.KindWork, "install git 2.30 or newer", "git is not installed, or not on the PATH")
	}
	if err != nil {
		return report.Fail(report.KindWork, "", "get git's version: %w", err)
	}
	if major, minor, ok := parseVersion(text); ok && (major < 2 || major == 2 && minor < 30) {
		return report.Fail(report.KindWork, "install git 2.30 or newer",
			"%s is too old: devenv needs 2.30", strings.TrimSpace(text))
	}
	return nil
}

// parseVersion parses "git version 2.39.5 (Apple Git-154)". A version that it cannot parse is accepted.
func parseVersion(text string) (major, minor int, ok bool) {
	fields := strings.Fields(text)
	if len(fields) < 3 {
		return 0, 0, false
	}
	parts := strings.SplitN(fields[2], ".", 3)
	if len(parts) < 2 {
		return 0, 0, false
	}
	major, err := strconv.Atoi(parts[0])
	if err != nil {
		return 0, 0, false
	}
	minor, err = strconv.Atoi(parts[1])
	return major, minor, err == nil
}

// Worktrees lists the directories of all existing worktrees of the repository, the main one first.
func (r *Repo) Worktrees(ctx context.Context) ([]string, error) {
	out, err := r.git("worktree", "list", "--porcelain").bytes(ctx)
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "list the worktrees of %s: %w", r.root, err)
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		dir, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "worktree ")
		if _, err := os.Stat(dir); ok && err == nil {
			found = append(found, dir)
		}
	}
	return found, nil
}
