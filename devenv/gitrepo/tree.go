package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"devenv/devenv/report"
)

// TreeOptions describe a private tree.
type TreeOptions struct {
	// Cache is the directory that contains the trees (absolute).
	Cache string
	// ID names the tree: lower-case letters, digits and dashes. The same id is the same directory, which is then
	// updated.
	ID string
	// Treeish is the commit or tree to check out.
	Treeish string
	// KeepIgnored keeps ignored files (those that `prepare` created); otherwise everything foreign is removed.
	KeepIgnored bool
	// Modes are file permissions that git does not preserve, as in a Capture; paths that the tree lacks are ignored.
	Modes map[string]fs.FileMode
}

// Tree is a private checkout, locked for this process until Close or Remove. It is not in git's list of worktrees:
// its .git file points to one of devenv's directories in the common directory, with its own HEAD and index.
type Tree struct {
	repo        *Repo
	dir         string
	gitDir      string
	keepIgnored bool
	modes       map[string]fs.FileMode
	lock        *flock.Flock
	// Notes tell what the tree lacks since the last Checkout: submodules without objects, and files whose filter
	// (LFS) failed and which are as git stores them.
	Notes []string
	// Empty are the paths of the submodules that have no objects: code that needs them fails for that.
	Empty []string
}

// Tree creates or updates a private checkout; it only writes files that differ. A tree in use by another process is a
// KindWork failure.
func (r *Repo) Tree(ctx context.Context, opts TreeOptions) (*Tree, error) {
	t, err := r.openTree(ctx, opts.Cache, opts.ID)
	if err != nil {
		return nil, err
	}
	t.keepIgnored, t.modes = opts.KeepIgnored, opts.Modes
	if err := t.prepare(); err != nil {
		return nil, errors.Join(report.Fail(report.KindWork, "", "create the tree %s: %w", t.dir, err), t.Close())
	}
	if err := t.Checkout(ctx, opts.Treeish); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// RemoveTree deletes the tree with an id, if it exists. A tree in use is a KindWork failure.
func (r *Repo) RemoveTree(ctx context.Context, cache, id string) error {
	t, err := r.openTree(ctx, cache, id)
	if err != nil {
		return err
	}
	return t.Remove(ctx)
}

// TreeIDs lists the private trees in git's common directory, whichever worktree's run created them, sorted.
func (r *Repo) TreeIDs() ([]string, error) {
	found, err := filepath.Glob(filepath.Join(globQuote(r.commonDir), "devenv", "*", "commondir"))
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "list the trees of %s: %w", r.commonDir, err)
	}
	ids := make([]string, 0, len(found))
	for _, name := range found {
		ids = append(ids, filepath.Base(filepath.Dir(name)))
	}
	return ids, nil
}

// globQuote makes a directory's name safe within a pattern.
func globQuote(name string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(name)
}

// openTree locks a tree without touching its files.
func (r *Repo) openTree(ctx context.Context, cache, id string) (*Tree, error) {
	if id == "" || id == ownState || id == sharedState || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return nil, fmt.Errorf("open a tree: %q is not a valid id", id)
	}
	if !filepath.IsAbs(cache) {
		return nil, fmt.Errorf("open a tree: %q is not absolute", cache)
	}
	trees := filepath.Join(r.commonDir, "devenv")
	if err := makeOwned(trees, r.commonDir); err != nil {
		return nil, report.Fail(report.KindWork, "make "+report.ShellWord(r.commonDir)+" writable for you", "create %s: %w", trees, err)
	}
	t := &Tree{repo: r, dir: filepath.Join(cache, id), gitDir: filepath.Join(trees, id)}
	t.lock = flock.New(t.gitDir+".lock", flock.SetPermissions(0o666))
	// The holder may be a run that was just killed: its git dies a moment later.
	wait, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	taken, err := t.lock.TryLockContext(wait, 20*time.Millisecond)
	if err := ctx.Err(); err != nil {
		return nil, errors.Join(err, t.lock.Close())
	}
	if !taken && (err == nil || errors.Is(err, context.DeadlineExceeded)) {
		return nil, report.Fail(report.KindWork, "wait for the other devenv to finish",
			"use the tree %s: another process is using it", t.dir)
	}
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "lock the tree %s: %w", t.dir, err)
	}
	return t, ownLike(t.lock.Path(), r.commonDir)
}

// prepare creates the tree's directory and git's metadata for it. The directory must be new, empty or this tree's
// own: the user chooses where the cache is, and other files there are not devenv's to delete.
func (t *Tree) prepare() error {
	pointer := filepath.Join(t.dir, ".git")
	entries, err := os.ReadDir(t.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		content, err := os.ReadFile(pointer)
		if err != nil || !strings.HasSuffix(strings.TrimSpace(string(content)), filepath.Join("devenv", filepath.Base(t.gitDir))) {
			return report.Fail(report.KindWork, "move it away, or choose another cache with DEVENV_CACHE",
				"%s exists and is not a tree of devenv's", t.dir)
		}
	}
	if err := os.MkdirAll(t.dir, 0o777); err != nil {
		return err
	}
	if err := makeOwned(t.gitDir, t.repo.commonDir); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(t.gitDir, "commondir"), []byte("../..\n"), 0o666); err != nil {
		return err
	}
	return writeWhole(pointer, []byte("gitdir: "+t.gitDir+"\n"))
}

// writeWhole writes a file so that a reader sees either the old or the new content.
func writeWhole(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == string(content) {
		return nil
	}
	if err := os.WriteFile(path+".devenv", content, 0o666); err != nil {
		return err
	}
	return os.Rename(path+".devenv", path)
}

// Dir returns the tree's directory, absolute.
func (t *Tree) Dir() string { return t.dir }

// git returns a command that runs in the tree. It names both directories, so that it works before git could find them
// by itself.
func (t *Tree) git(args ...string) *command {
	return git(t.dir, args...).with("GIT_DIR="+t.gitDir, "GIT_WORK_TREE="+t.dir).with(t.repo.objectsEnvironment()...)
}

// Close releases the tree's lock; the files stay for the next run.
func (t *Tree) Close() error { return t.lock.Close() }

// Remove deletes the tree and git's metadata for it, and releases its lock.
func (t *Tree) Remove(_ context.Context) error {
	err := errors.Join(t.removeSubmodules(), t.removeFiles(), os.RemoveAll(t.gitDir), t.Close())
	if err != nil {
		return report.Fail(report.KindWork, "", "remove the tree %s: %w", t.dir, err)
	}
	return nil
}

// removeFiles deletes the checkout if it is devenv's.
func (t *Tree) removeFiles() error {
	content, err := os.ReadFile(filepath.Join(t.dir, ".git"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || !strings.HasSuffix(strings.TrimSpace(string(content)), filepath.Join("devenv", filepath.Base(t.gitDir))) {
		return errors.Join(err, fmt.Errorf("%s is not a tree of devenv's", t.dir))
	}
	return os.RemoveAll(t.dir)
}
