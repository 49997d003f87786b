package gitrepo

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/devenv/report"
)

// Record is one file of the worktree's own state, or of the repository's, in JSON: what must outlive the process that wrote it.
type Record struct {
	repo *Repo
	name string
	// shared says that the repository's worktrees have it in common.
	shared bool
}

// Record returns the record of a name. The caller holds the Lock.
func (r *Repo) Record(name string) Record { return Record{repo: r, name: name + ".json"} }

// SharedRecord returns the record of a name that all worktrees of the repository have in common. Two that write it at a time
// leave one whole record, the later one. The caller holds the Lock.
func (r *Repo) SharedRecord(name string) Record {
	return Record{repo: r, name: name + ".json", shared: true}
}

// Path returns where the record lies.
func (r Record) Path() string {
	if r.shared {
		return filepath.Join(r.repo.commonDir, "devenv", sharedState, r.name)
	}
	return r.repo.state(r.name)
}

// Read reads the record; false when there is none.
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

// Write writes the record, so that either the old or the new one is read after a crash.
func (r Record) Write(value any) error {
	dir, err := r.repo.makeState()
	if err != nil {
		return err
	}
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	path, written := r.Path(), filepath.Join(dir, r.name+".new") // in the worktree's own state, which the lock guards
	err = errors.Join(makeOwned(filepath.Dir(path), r.repo.gitDir), writeSynced(written, content, 0o666))
	if err == nil {
		err = errors.Join(ownLike(written, r.repo.gitDir), os.Rename(written, path), syncDir(filepath.Dir(path)))
	}
	if err != nil {
		return report.Fail(report.KindWork, writableHint(err), "write %s: %w", path, err)
	}
	return nil
}

// Remove removes the record. It is no error when there is none.
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
