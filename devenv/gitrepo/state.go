package gitrepo

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"devenv/devenv/report"
)

// The worktree's own state is in its git directory below devenv/worktree: the run lock, the deliveries kept for undo,
// and temporary files. Private trees are beside it (devenv/<id> in the common directory).
const ownState = "worktree"

// sharedState is the directory, beside those of private trees, for the state that all worktrees share.
const sharedState = "shared"

// state returns a path in the worktree's own state.
func (r *Repo) state(elem ...string) string {
	return filepath.Join(append([]string{r.gitDir, "devenv", ownState}, elem...)...)
}

// makeState creates a directory in the worktree's own state and returns its path.
func (r *Repo) makeState(elem ...string) (string, error) {
	dir := r.state(elem...)
	if err := makeOwned(dir, r.gitDir); err != nil {
		return "", r.notWritable("make %s: %w", dir, err)
	}
	return dir, nil
}

func (r *Repo) notWritable(format string, args ...any) error {
	return report.Fail(report.KindWork, "make "+report.ShellWord(r.gitDir)+" writable for you: devenv keeps its lock and what undo needs there",
		format, args...)
}

// mayWrite asks access(2) for the right to write.
const mayWrite = 2

// Unwritable returns the failure of every command that changes something, if the git directory cannot be written.
func (r *Repo) Unwritable() error {
	if err := syscall.Access(r.gitDir, mayWrite); err != nil {
		return r.notWritable("write to %s: %w", r.gitDir, err)
	}
	return nil
}

// temporaries is the directory of temporary files.
const temporaries = "tmp"

// own returns the name of something in the state that the lock protects which this process holds: what works beside the
// worktree's runs shares nothing with them that is written in several steps.
func (r *Repo) own(name string) string {
	if r.beside {
		return name + "-beside"
	}
	return name
}

// scratch creates a temporary directory in the state; done removes it. Recover, or LockBeside, removes what a killed
// process left.
func (r *Repo) scratch() (dir string, done func(), err error) {
	parent, err := r.makeState(r.own(temporaries))
	if err != nil {
		return "", nil, err
	}
	if dir, err = os.MkdirTemp(parent, ""); err != nil {
		return "", nil, report.Fail(report.KindWork, "", "create a temporary directory in %s: %w", parent, err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}

// copyIndex returns a copy of the user's index and a function that removes it. For a repository without an index it
// returns the name of a missing file, which git treats as an empty index.
func (r *Repo) copyIndex() (index string, done func(), err error) {
	dir, done, err := r.scratch()
	if err != nil {
		return "", nil, err
	}
	index = filepath.Join(dir, "index")
	err = copyWithTime(index, filepath.Join(r.gitDir, "index"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		done()
		return "", nil, report.Fail(report.KindWork, "", "copy the index of %s: %w", r.root, err)
	}
	return index, done, nil
}

// copyWithTime copies a file with its modification time: git tells by the index's time which entries are too recent
// to trust (racy), so a copy with a later time would hide changes.
func copyWithTime(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // only read from
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	if err := out.Close(); err != nil {
		return err
	}
	return os.Chtimes(to, info.ModTime(), info.ModTime())
}

// makeOwned creates dir and its parents as needed. Under sudo they belong to the owner of like, so that the next run
// without sudo can use them.
func makeOwned(dir, like string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent == dir {
		return fmt.Errorf("%s: %w", dir, fs.ErrNotExist)
	}
	if err := makeOwned(parent, like); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return ownLike(dir, like)
}

// ownLike gives a file that root created to the owner of another one; for other users it does nothing.
func ownLike(path, like string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(like)
	if err != nil {
		return err
	}
	uid, gid := owner(info)
	return os.Lchown(path, uid, gid)
}

// owner returns a file's user and group ids.
func owner(info fs.FileInfo) (uid, gid int) {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid), int(stat.Gid)
	}
	return -1, -1
}
