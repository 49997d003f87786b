package gitrepo

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/gofrs/flock"

	"devenv/devenv/process"
	"devenv/devenv/report"
)

// Lock is this worktree's run lock. The kernel releases it when the process dies for any reason.
type Lock struct {
	file   *flock.Flock
	holder string
}

// holder is who holds a run lock, according to the file beside it.
type holder struct {
	PID     int             `json:"pid"`
	Command string          `json:"command"`
	Since   time.Time       `json:"since"`
	Process process.Process `json:"process"`
}

// Lock takes this worktree's run lock for a command ("new-migration"). If somebody holds it, the error is a KindWork
// failure with the process id, the command and the time.
func (r *Repo) Lock(ctx context.Context, command string) (*Lock, error) {
	return r.lock(ctx, "lock", command, 0)
}

// LockBeside takes the lock of what works beside this worktree's runs, and changes nothing that is theirs.
func (r *Repo) LockBeside(ctx context.Context, command string) (*Lock, error) {
	lock, err := r.lock(ctx, besideLock, command, time.Second) // somebody may only look whether it is free
	if err != nil {
		return nil, err
	}
	r.beside = true
	if err := os.RemoveAll(r.state(r.own(temporaries))); err != nil {
		return nil, errors.Join(report.Fail(report.KindWork, "", "remove temporary files of an earlier run: %w", err), lock.Release())
	}
	return lock, nil
}

// besideLock is the file that LockBeside locks.
const besideLock = "beside"

// LockedBeside reports whether somebody holds that lock.
func (r *Repo) LockedBeside() (bool, error) {
	if _, err := r.makeState(); err != nil {
		return false, err
	}
	file := flock.New(r.state(besideLock), flock.SetPermissions(0o666))
	free, err := file.TryLock()
	return !free, errors.Join(err, file.Close())
}

// LogOf returns the path of the file, in the worktree's own state, that has the output of a command in the background.
func (r *Repo) LogOf(command string) string { return r.state(command + ".log") }

// lock takes one of the worktree's locks, by the name of its file, and waits so long for it.
func (r *Repo) lock(ctx context.Context, name, command string, wait time.Duration) (*Lock, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	dir, err := r.makeState()
	if err != nil {
		return nil, err
	}
	lock := &Lock{file: flock.New(r.state(name), flock.SetPermissions(0o666)), holder: r.state(name + ".json")}
	taken, err := lock.file.TryLock()
	if !taken && err == nil && wait > 0 {
		waiting, cancel := context.WithTimeout(ctx, wait)
		taken, _ = lock.file.TryLockContext(waiting, 20*time.Millisecond)
		cancel()
	}
	if err != nil {
		return nil, report.Fail(report.KindWork, cmp.Or(writableHint(err, dir), "make "+report.ShellWord(dir)+" writable for you"),
			"lock %s: %w", r.root, err)
	}
	if !taken {
		return nil, heldBy(r.root, lock.holder)
	}
	if err := lock.writeHolder(r, command); err != nil {
		_ = lock.Release() // it fails for the same reason
		return nil, report.Fail(report.KindWork, writableHint(err, dir), "lock %s: %w", r.root, err)
	}
	return lock, nil
}

// writeHolder records who holds the lock, for others who try to take it.
func (l *Lock) writeHolder(r *Repo, command string) error {
	if err := ownLike(l.file.Path(), r.gitDir); err != nil {
		return err
	}
	content, err := json.Marshal(holder{PID: os.Getpid(), Command: command, Since: time.Now(), Process: process.Current()})
	if err != nil {
		return err
	}
	// Not synced: after a crash of the machine nobody holds the lock.
	if err := os.WriteFile(l.holder+".new", content, 0o666); err != nil {
		return err
	}
	if err := ownLike(l.holder+".new", r.gitDir); err != nil {
		return err
	}
	return os.Rename(l.holder+".new", l.holder)
}

// heldBy returns the failure for a lock that is held.
func heldBy(root, path string) error {
	const hint = "wait for it to finish, or stop it (Ctrl-C in its terminal, or kill)"
	var who holder
	content, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(content, &who)
	}
	if err != nil {
		return report.Fail(report.KindWork, hint, "lock %s: another devenv is at work there", root)
	}
	if process.Current().Elsewhere(who.Process) { // here its process id belongs to another process
		return report.Fail(report.KindWork, "wait for it to finish, or stop it where it runs",
			"lock %s: \"devenv %s\" is at work there since %s, in another container or on another machine",
			root, who.Command, who.Since.Local().Format(sinceLayout))
	}
	return report.Fail(report.KindWork, fmt.Sprintf("%s: kill %d", hint, who.PID),
		"lock %s: \"devenv %s\" (process %d) is at work there since %s",
		root, who.Command, who.PID, who.Since.Local().Format(sinceLayout))
}

// sinceLayout is how a failure shows when the lock was taken.
const sinceLayout = "15:04:05 on 2006-01-02"

// Release releases the lock. A second call does nothing.
func (l *Lock) Release() error {
	if !l.file.Locked() {
		return nil
	}
	gone := os.Remove(l.holder)
	if errors.Is(gone, os.ErrNotExist) {
		gone = nil
	}
	return errors.Join(gone, l.file.Close())
}
