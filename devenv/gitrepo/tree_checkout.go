package gitrepo

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"devenv/devenv/report"
)

// A file with this name in a tree's git directory means that filters failed: the index considers files clean that are
// not.
const unfiltered = "devenv-unfiltered"

// Checkout updates the tree to another commit or tree: it only writes files that differ and removes foreign files.
// HEAD becomes the commit if it is the user's, else the nearest of its parents that is: other programs' git knows
// only the user's objects. So nothing that they write there can depend on an object that is removed with the cache.
func (t *Tree) Checkout(ctx context.Context, treeish string) error {
	t.Notes, t.Empty = nil, nil
	commit, err := t.commit(ctx, treeish)
	if err != nil {
		return err
	}
	head, err := t.repo.userCommit(ctx, commit)
	if err == nil {
		err = errors.Join(t.forgetMerge(), t.setHead(head))
	}
	if err == nil {
		err = t.write(ctx, commit)
	}
	if err == nil {
		err = t.clean(ctx)
	}
	if err == nil {
		err = t.checkoutSubmodules(ctx, commit)
	}
	if err == nil {
		err = t.setModes()
	}
	if err != nil {
		return report.Fail(report.KindWork, "", "check out %s in %s: %w", short(treeish), t.dir, err)
	}
	return nil
}

// setHead sets the tree's HEAD, detached.
func (t *Tree) setHead(commit string) error {
	return writeWhole(filepath.Join(t.gitDir, "HEAD"), []byte(commit+"\n"))
}

// setModes sets permissions that git does not preserve. No link of the tree can lead out of it here.
func (t *Tree) setModes() error {
	if len(t.modes) == 0 {
		return nil
	}
	root, err := os.OpenRoot(t.dir)
	if err != nil {
		return err
	}
	var failed error
	for name, mode := range t.modes {
		info, err := root.Lstat(filepath.FromSlash(name))
		if err != nil || !info.Mode().IsRegular() {
			continue // a merge replaced it
		}
		failed = errors.Join(failed, root.Chmod(filepath.FromSlash(name), mode))
	}
	return errors.Join(failed, root.Close())
}

// commit returns the commit to check out.
func (t *Tree) commit(ctx context.Context, treeish string) (string, error) {
	commit, found, err := t.repo.resolve(ctx, treeish)
	if err != nil || found {
		return commit, err
	}
	tree, err := t.repo.git("rev-parse", "-q", "--verify", treeish+"^{tree}").line(ctx)
	if err != nil {
		return "", report.Fail(report.KindWork, "", "check out %s in %s: there is no such commit or tree", treeish, t.dir)
	}
	head, err := t.repo.Head(ctx)
	if err != nil {
		return "", err
	}
	return t.repo.commitOf(ctx, tree, head.Commit)
}

// forgetMerge removes what a merge in the tree, or a killed git, left behind. The tree's lock is held, so nobody is
// using it.
func (t *Tree) forgetMerge() error {
	var failed error
	for _, name := range []string{"MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "AUTO_MERGE", "index.lock", "HEAD.lock"} {
		if err := os.Remove(filepath.Join(t.gitDir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// write updates files and index to the commit. It overwrites anything modified, deleted or in the way.
func (t *Tree) write(ctx context.Context, commit string) error {
	mark := filepath.Join(t.gitDir, unfiltered)
	if _, err := os.Stat(mark); err == nil {
		if err := errors.Join(t.dropIndex(), os.Remove(mark)); err != nil {
			return err
		}
	}
	err := t.readTree(commit).run(ctx)
	if err != nil && ctx.Err() == nil && !filterFailed(err) {
		// A damaged index, or one that names pruned objects, is no reason to stop: it can be recreated.
		if err := t.dropIndex(); err != nil {
			return err
		}
		err = t.readTree(commit).run(ctx)
	}
	if err != nil && ctx.Err() == nil && filterFailed(err) {
		return t.writeUnfiltered(ctx, commit, mark, err)
	}
	return err
}

func (t *Tree) readTree(commit string) *command { return t.git("read-tree", "--reset", "-u", commit) }

func (t *Tree) dropIndex() error {
	err := os.Remove(filepath.Join(t.gitDir, "index"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// filterFailed reports whether git stopped because a file's filter (LFS, git-crypt) failed.
func filterFailed(err error) bool {
	text := stderrOf(err)
	// The last one is all that git prints about a filter process that does not start.
	for _, sign := range []string{"smudge filter", "clean filter", "external filter", "the remote end hung up unexpectedly"} {
		if strings.Contains(text, sign) {
			return !lacksObjects(text)
		}
	}
	return false
}

// withoutFilters returns configuration that disables all filters.
func (r *Repo) withoutFilters(ctx context.Context) ([]string, error) {
	names, err := r.git("config", "-z", "--name-only", "--get-regexp", `^filter\..*\.(clean|smudge|process|required)$`).list(ctx)
	if err != nil {
		return nil, err
	}
	var off []string
	for _, name := range names {
		value := "="
		if strings.HasSuffix(name, ".required") {
			value = "=false"
		}
		off = append(off, name+value)
	}
	return off, nil
}

// writeUnfiltered checks out without filters, adds a note, and marks the tree so that the next checkout tries them
// again.
func (t *Tree) writeUnfiltered(ctx context.Context, commit, mark string, cause error) error {
	if err := os.WriteFile(mark, nil, 0o666); err != nil {
		return err
	}
	off, err := t.repo.withoutFilters(ctx)
	if err != nil {
		return errors.Join(cause, err)
	}
	if err := t.dropIndex(); err != nil {
		return err
	}
	if err := t.readTree(commit).set(off...).run(ctx); err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSpace(stderrOf(cause)), "\n")
	t.Notes = append(t.Notes, "a filter failed, so filtered files (LFS) are as git stores them: "+lines[len(lines)-1])
	return nil
}

// clean removes foreign files, and ignored ones unless they are kept.
func (t *Tree) clean(ctx context.Context) error {
	args := []string{"clean", "-ffd", "-q"}
	if !t.keepIgnored {
		args = append(args, "-x")
	}
	return t.git(args...).run(ctx)
}
