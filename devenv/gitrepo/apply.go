package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"devenv/devenv/report"
)

// store writes everything that the delivery and its undo need to disk, before any of the user's files changes.
func (e *execution) store(ctx context.Context, d Delivery) error {
	head, err := e.repo.Head(ctx)
	if err != nil {
		return err
	}
	e.journal = journal{Version: 1, Command: d.Command, Ref: head.Ref, At: time.Now()}
	for i, c := range d.Changes {
		entry := journaledChange{Path: c.Path, Action: c.Action}
		if c.Expect != "" {
			old, err := e.storeOld(i, c.Path)
			if err != nil {
				return err
			}
			entry.Old = old
		}
		if c.Action != report.FileRemoved {
			content, err := e.repo.content(ctx, c)
			if err != nil {
				return err
			}
			if err := e.keep(filepath.Base(e.newFile(i)), content); err != nil {
				return err
			}
			entry.New = &storedFile{SHA256: hash(content), Executable: c.Executable}
		}
		e.journal.Changes = append(e.journal.Changes, entry)
		e.addDirs(c.Path)
	}
	e.step("staged")
	if err := ctx.Err(); err != nil {
		return err
	}
	return e.mark(statePrepared)
}

// storeOld stores the current content of a path.
func (e *execution) storeOld(i int, name string) (*storedFile, error) {
	target := e.repo.target(name)
	content, err := os.ReadFile(target)
	if err != nil {
		return nil, err
	}
	info, err := os.Lstat(target)
	if err != nil {
		return nil, err
	}
	uid, gid := owner(info)
	old := &storedFile{SHA256: hash(content), Mode: info.Mode().Perm(), UID: uid, GID: gid}
	return old, e.keep(filepath.Base(e.oldFile(i)), content)
}

// addDirs records the directories that must be created for a path.
func (e *execution) addDirs(name string) {
	var missing []string
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if _, err := os.Lstat(e.repo.target(dir)); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		missing = append([]string{dir}, missing...)
	}
	for _, dir := range missing {
		if !slices.Contains(e.journal.Dirs, dir) {
			e.journal.Dirs = append(e.journal.Dirs, dir)
		}
	}
}

// apply changes the user's files: first it writes, then it removes, so that nothing is missing in between.
func (e *execution) apply() error {
	for _, dir := range e.journal.Dirs {
		if err := makeOwned(e.repo.target(dir), filepath.Dir(e.repo.target(dir))); err != nil {
			return err
		}
	}
	for i, c := range e.journal.Changes {
		if c.New == nil {
			continue
		}
		if err := e.install(e.newFile(i), c.Path, *c.New, c.Old); err != nil {
			return err
		}
		e.step("wrote " + c.Path)
	}
	for _, c := range e.journal.Changes {
		if c.New != nil {
			continue
		}
		target := e.repo.target(c.Path)
		if err := errors.Join(os.Remove(target), syncDir(filepath.Dir(target))); err != nil {
			return err
		}
		e.step("removed " + c.Path)
	}
	return e.mark(stateDone)
}

// install puts stored content at a path in one atomic step. like is the file that it replaces, whose permissions and
// owner it gets; without one the path must be free, and the file is created like any new file of the user's.
func (e *execution) install(kept, name string, file storedFile, like *storedFile) error {
	content, err := os.ReadFile(kept)
	if err != nil {
		return err
	}
	if hash(content) != file.SHA256 {
		return fmt.Errorf("%s is damaged", kept)
	}
	target := e.repo.target(name)
	err = e.write(filepath.Join(e.dir, "place"), target, content, file, like)
	if errors.Is(err, syscall.EXDEV) {
		// The git directory is on another file system, as a linked worktree's may be.
		err = e.write(e.temporaryName(name), target, content, file, like)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(target))
}

// temporaryName returns the temporary name beside a path; reverting removes it.
func (e *execution) temporaryName(name string) string {
	target := e.repo.target(name)
	return filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+".devenv-"+filepath.Base(e.dir))
}

// write writes content to a temporary name and moves it to the target.
func (e *execution) write(temporary, target string, content []byte, file storedFile, like *storedFile) error {
	mode := fs.FileMode(0o666)
	if file.Executable {
		mode = 0o777
	}
	if err := os.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeSynced(temporary, content, mode); err != nil {
		return err
	}
	if like == nil {
		return errors.Join(ownLike(temporary, filepath.Dir(target)), moveToFree(temporary, target))
	}
	if os.Geteuid() == 0 {
		if err := os.Lchown(temporary, like.UID, like.GID); err != nil {
			return err
		}
	}
	return errors.Join(os.Chmod(temporary, like.Mode), os.Rename(temporary, target))
}

// moveToFree renames without ever replacing a file: a hard link fails if the target exists. On file systems without
// links it checks first.
func moveToFree(from, to string) error {
	err := os.Link(from, to)
	switch {
	case err == nil:
		return os.Remove(from)
	case errors.Is(err, fs.ErrExist) || errors.Is(err, syscall.EXDEV):
		return err
	}
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", to, fs.ErrExist)
	}
	return os.Rename(from, to)
}
