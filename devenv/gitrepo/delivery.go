package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"devenv/devenv/inside"
	"devenv/devenv/report"
)

// FileChange is one file of a delivery.
type FileChange struct {
	// Path is relative to the repository's root, with slashes.
	Path   string
	Action report.FileAction
	// Content is written literally; Blob is instead the id of a blob to write as git checkout would (line ends, LFS).
	Content []byte
	Blob    string
	// Expect is the id of the blob that the file must still have (as captured); empty means that it must not exist.
	Expect string
	// Executable makes a new file executable; a replaced file keeps its permissions.
	Executable bool
}

// Delivery is a set of changes to the user's files, made completely or not at all.
type Delivery struct {
	Command string
	Changes []FileChange
}

// Deliver changes the user's files, all or none, and keeps what undo needs. It fails with KindWork, changing nothing,
// if a file changed since its capture, a file is in the way, or a directory is not writable. The caller holds the
// Lock.
func (r *Repo) Deliver(ctx context.Context, d Delivery) error {
	return r.deliver(ctx, d, func(string) {})
}

// deliver is Deliver, but calls step after each step; a test dies there.
func (r *Repo) deliver(ctx context.Context, d Delivery, step func(string)) error {
	if _, err := r.recoverDeliveries(step); err != nil {
		return err
	}
	if len(d.Changes) == 0 {
		return nil
	}
	if err := r.checkDelivery(ctx, d); err != nil {
		return err
	}
	e, err := r.newDelivery(step)
	if err != nil {
		return err
	}
	if err := e.store(ctx, d); err != nil {
		return report.Fail(report.KindWork, "", "store what the delivery replaces in %s (nothing was changed): %w",
			e.dir, errors.Join(err, os.RemoveAll(e.dir)))
	}
	// From here on nothing stops it halfway, not even the context.
	if err := e.apply(); err != nil {
		return report.Fail(report.KindWork, writableHint(err, r.root), "write to the working tree (nothing was changed): %w",
			errors.Join(err, e.revert()))
	}
	return nil
}

// checkDelivery refuses what cannot be delivered, before anything is written.
func (r *Repo) checkDelivery(ctx context.Context, d Delivery) error {
	seen := map[string]bool{}
	var expected []FileChange
	for _, c := range d.Changes {
		if seen[c.Path] {
			return report.Fail(report.KindWork, "", "deliver %s: it is listed twice", c.Path)
		}
		seen[c.Path] = true
		if err := r.checkTarget(c); err != nil {
			return err
		}
		if c.Expect != "" {
			expected = append(expected, c)
		}
	}
	return r.checkUnchanged(ctx, expected)
}

// checkTarget checks the target of one change.
func (r *Repo) checkTarget(c FileChange) error {
	if !insideWorktree(c.Path) || c.Action == report.FileRemoved && c.Expect == "" {
		return report.Fail(report.KindWork, "", "deliver %q: it is not the path of a file in the repository", c.Path)
	}
	target := r.target(c.Path)
	dir, err := writableParent(target)
	if err != nil {
		return report.Fail(report.KindWork, writableHint(err, dir), "write to %s: %w", dir, err)
	}
	real, err := filepath.EvalSymlinks(dir)
	if _, in := inside.Rel(r.root, real); err != nil || !in {
		return report.Fail(report.KindWork, "", "deliver %s: %s points outside the repository", c.Path, dir)
	}
	info, err := os.Lstat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist) && c.Expect == "":
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return report.Fail(report.KindWork, "run the command again", "deliver %s: it vanished while devenv was working", c.Path)
	case err != nil:
		return report.Fail(report.KindWork, "", "deliver %s: %w", c.Path, err)
	case c.Expect == "":
		return report.Fail(report.KindWork, "move it away, then run the command again",
			"deliver %s: a file of that name already exists", c.Path)
	case !info.Mode().IsRegular():
		return report.Fail(report.KindWork, "make it a regular file, then run the command again",
			"deliver %s: it is not a regular file", c.Path)
	}
	return nil
}

// checkUnchanged fails if a file is no longer what was captured.
func (r *Repo) checkUnchanged(ctx context.Context, changes []FileChange) error {
	if len(changes) == 0 {
		return nil
	}
	ids, err := r.hashes(ctx, changes)
	if err != nil {
		return err
	}
	// A file that git has with CRLF is stored unchanged, which hash-object's filters do not know.
	plain, err := r.hashes(ctx, changes, "--no-filters")
	if err != nil {
		return err
	}
	for i, c := range changes {
		if i >= len(ids) || i >= len(plain) || ids[i] != c.Expect && plain[i] != c.Expect {
			return report.Fail(report.KindWork, "run the command again", "deliver %s: it changed while devenv was working", c.Path)
		}
	}
	return nil
}

// hashes returns the current ids of the files to change.
func (r *Repo) hashes(ctx context.Context, changes []FileChange, options ...string) ([]string, error) {
	arguments := append([]string{"hash-object"}, options...)
	arguments = append(arguments, "--")
	for _, c := range changes {
		arguments = append(arguments, c.Path)
	}
	ids, err := r.git(arguments...).line(ctx)
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "compare the files to replace with their capture: %w", err)
	}
	return strings.Split(ids, "\n"), nil
}

// target returns the absolute name of a path of the worktree.
func (r *Repo) target(name string) string { return filepath.Join(r.root, filepath.FromSlash(name)) }

// insideWorktree reports whether name is a plain relative path that does not lead into a git directory.
func insideWorktree(name string) bool {
	if name == "." || path.Clean(name) != name || !filepath.IsLocal(filepath.FromSlash(name)) {
		return false
	}
	for _, part := range strings.Split(name, "/") {
		if strings.EqualFold(part, ".git") {
			return false
		}
	}
	return true
}

// CheckWritable fails with KindWork if no file can be created at a path of the worktree.
func (r *Repo) CheckWritable(path string) error {
	if dir, err := writableParent(r.target(path)); err != nil {
		return report.Fail(report.KindWork, writableHint(err, dir), "write to %s: %w", dir, err)
	}
	return nil
}

// writableParent returns the nearest existing directory above target, and an error if no files can be created in it.
func writableParent(target string) (string, error) {
	dir := filepath.Dir(target)
	for {
		info, err := os.Stat(dir)
		if errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir {
			dir = filepath.Dir(dir)
			continue
		}
		if err == nil && !info.IsDir() {
			err = syscall.ENOTDIR
		}
		if err == nil {
			const writeAndSearch = 0x2 | 0x1
			err = syscall.Access(dir, writeAndSearch)
		}
		return dir, err
	}
}

// writableHint returns how to fix a directory that is not writable.
func writableHint(err error, dir string) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "make yourself the directory's owner (a container may have created it as root): " +
			"sudo chown -R \"$(id -u):$(id -g)\" " + report.ShellWord(dir)
	case errors.Is(err, syscall.EROFS):
		return "the file system is mounted read-only: use a writable checkout"
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return "free some disk space, then run the command again"
	}
	return ""
}

// content returns what a change writes: its content, or its blob as a checkout would write it.
func (r *Repo) content(ctx context.Context, c FileChange) ([]byte, error) {
	if c.Blob == "" {
		return bytes.Clone(c.Content), nil
	}
	return r.git("cat-file", "--filters", "--path="+c.Path, c.Blob).bytes(ctx)
}
