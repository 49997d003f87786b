package gitrepo

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/devenv/report"
)

// Record is one file of the worktree's own state, in JSON: what must outlive the process that wrote it.
type Record struct {
	repo *Repo
	name string
}

// Record returns the record of a name. The caller holds the Lock.
func (r *Repo) Record(name string) Record { return Record{repo: r, name: name + ".json"} }

// Read reads the record; false when there is none.
func (r Record) Read(into any) (bool, error) {
	content, err := os.ReadFile(r.repo.state(r.name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(content, into)
	}
	if err != nil {
		return false, report.Fail(report.KindWork, "", "read %s: %w", r.repo.state(r.name), err)
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
	path := filepath.Join(dir, r.name)
	err = writeSynced(path+".new", content, 0o666)
	if err == nil {
		err = errors.Join(ownLike(path+".new", r.repo.gitDir), os.Rename(path+".new", path), syncDir(dir))
	}
	if err != nil {
		return report.Fail(report.KindWork, writableHint(err), "write %s: %w", path, err)
	}
	return nil
}

// Remove removes the record. It is no error when there is none.
func (r Record) Remove() error {
	err := os.Remove(r.repo.state(r.name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return report.Fail(report.KindWork, "", "remove %s: %w", r.repo.state(r.name), err)
	}
	return syncDir(r.repo.state())
}
