package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"devenv/devenv/report"
)

// Recover reverts an interrupted delivery, and completes an interrupted undo: both restore the working tree from
// before the delivery. It returns a sentence about what it did, "" for nothing. Every command calls it first, holding
// the Lock.
func (r *Repo) Recover(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if err := os.RemoveAll(r.state(temporaries)); err != nil {
		return "", report.Fail(report.KindWork, "", "remove temporary files of an earlier run: %w", err)
	}
	return r.recoverDeliveries(func(string) {})
}

// recoverDeliveries finishes every delivery, and forgets the oldest.
func (r *Repo) recoverDeliveries(step func(string)) (string, error) {
	names, err := r.deliveries()
	if err != nil {
		return "", err
	}
	var did []string
	for i, name := range names {
		e, begun, err := r.openDelivery(name, step)
		if err != nil {
			return "", err
		}
		what, err := e.recover(begun, i < len(names)-keptDeliveries)
		if err != nil {
			return "", report.Fail(report.KindWork, writableHint(err, e.repo.root),
				"revert the interrupted delivery (kept in %s): %w", e.dir, err)
		}
		if what != "" {
			did = append(did, what)
		}
	}
	return strings.Join(did, "\n"), nil
}

// recover finishes one delivery; it leaves a complete one alone, unless it is old.
func (e *execution) recover(begun, old bool) (string, error) {
	switch {
	case !begun, old && e.journal.State == stateDone:
		return "", e.forget()
	case e.journal.State == stateDone:
		return "", nil
	}
	edited, err := e.edited()
	if err != nil {
		return "", err
	}
	what := fmt.Sprintf("reverted what an interrupted %q had begun to write", "devenv "+e.journal.Command)
	if e.journal.State == stateUndoing {
		what = fmt.Sprintf("completed the interrupted undo of %q", "devenv "+e.journal.Command)
	}
	if len(edited) > 0 && !e.journal.Forced {
		what += "; left unchanged, because they were edited since: " + strings.Join(edited, ", ")
	}
	return what, e.revert()
}

// revert restores the working tree from before the delivery, and forgets the delivery. It can be repeated after an
// interruption. A file that holds neither what the delivery wrote nor what it replaced is somebody's work: it stays,
// unless forced.
func (e *execution) revert() error {
	for i := len(e.journal.Changes) - 1; i >= 0; i-- {
		c := e.journal.Changes[i]
		if err := e.revertFile(i, c); err != nil {
			return fmt.Errorf("%s: %w", c.Path, err)
		}
		e.step("reverted " + c.Path)
	}
	for i := len(e.journal.Dirs) - 1; i >= 0; i-- {
		// This fails if the user has put something there, as it should.
		_ = os.Remove(e.repo.target(e.journal.Dirs[i]))
	}
	return e.forget()
}

func (e *execution) revertFile(i int, c journaledChange) error {
	if err := os.Remove(e.temporaryName(c.Path)); err != nil && !errors.Is(err, fs.ErrNotExist) && !isNotDir(err) {
		return err
	}
	now, err := e.current(c.Path)
	if err != nil {
		return err
	}
	if !e.journal.Forced && c.foreign(now) {
		return nil
	}
	target := e.repo.target(c.Path)
	switch {
	case c.Old == nil && now == "":
		return nil
	case c.Old == nil:
		return errors.Join(os.Remove(target), syncDir(filepath.Dir(target)))
	case now == c.Old.SHA256:
		return nil
	}
	if err := makeOwned(filepath.Dir(target), e.repo.root); err != nil {
		return err
	}
	return e.install(e.oldFile(i), c.Path, *c.Old, c.Old)
}

// foreign reports whether a path holds neither what the delivery wrote nor what it replaced. A missing path never
// does.
func (c journaledChange) foreign(now string) bool {
	return now != "" && (c.New == nil || now != c.New.SHA256) && (c.Old == nil || now != c.Old.SHA256)
}

// edited lists the paths that somebody has edited since the delivery.
func (e *execution) edited() ([]string, error) {
	var paths []string
	for _, c := range e.journal.Changes {
		now, err := e.current(c.Path)
		if err != nil {
			return nil, err
		}
		if c.foreign(now) {
			paths = append(paths, c.Path)
		}
	}
	return paths, nil
}

// current returns the hash of a path's content, empty if it does not exist. Anything but a regular file gets a hash
// that matches none.
func (e *execution) current(name string) (string, error) {
	info, err := os.Lstat(e.repo.target(name))
	if errors.Is(err, fs.ErrNotExist) || isNotDir(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "not a plain file", nil
	}
	content, err := os.ReadFile(e.repo.target(name))
	if err != nil {
		return "", err
	}
	return hash(content), nil
}
