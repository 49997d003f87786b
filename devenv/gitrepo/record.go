package gitrepo

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/devenv/report"
)

// Record is a JSON file in the worktree's or the repository's state, for what must outlive the process that wrote it.
type Record struct {
	repo *Repo
	name string
	// shared means that all worktrees of the repository use it.
	shared bool
}

// Record returns the record with a name. The caller holds the Lock.
func (r *Repo) Record(name string) Record { return Record{repo: r, name: name + ".json"} }

// SharedRecord returns the record with a name that all worktrees of the repository use. If two write it at a time,
// the later one wins as a whole. The caller holds the Lock.
func (r *Repo) SharedRecord(name string) Record {
	return Record{repo: r, name: name + ".json", shared: true}
}

// Path returns the record's path.
func (r Record) Path() string {
	if r.shared {
		return filepath.Join(r.repo.commonDir, "devenv", sharedState, r.name)
	}
	return r.repo.state(r.name)
}

// Read reads the record; false if it does not exist.
func (r Record) Read(into any) (bool, error) {
	content, err := os.ReadFile(r.Path())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(content, into)
	}
	if err != nil {
		return false, report.Fail(report.KindWork, "", "read %s: %w", r.Path(), err)
	}
	return true, nil
}

// Write writes the record, so that a crash leaves either the old or the new one.
func (r Record) Write(value any) error {
	dir, err := r.repo.makeState()
	if err != nil {
		return err
	}
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	path, written := r.Path(), filepath.Join(dir, r.repo.own(r.name+".new")) // in the worktree's own state, which the lock protects
	err = errors.Join(makeOwned(filepath.Dir(path), r.repo.gitDir), writeSynced(written, content, 0o666))
	if err == nil {
		err = errors.Join(ownLike(written, r.repo.gitDir), os.Rename(written, path), syncDir(filepath.Dir(path)))
	}
	if err != nil {
		return report.Fail(report.KindWork, writableHint(err, filepath.Dir(path)), "write %s: %w", path, err)
	}
	return nil
}

// Remove removes the record. Removing a missing one is not an error.
func (r Record) Remove() error {
	err := os.Remove(r.Path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return report.Fail(report.KindWork, "", "remove %s: %w", r.Path(), err)
	}
	return syncDir(filepath.Dir(r.Path()))
}
