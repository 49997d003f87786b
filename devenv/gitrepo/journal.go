package gitrepo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"time"

	"devenv/devenv/report"
)

// Deliveries are in the worktree's state, in one numbered directory each. It contains journal.json, new-<i> (what was
// written) and old-<i> (what was there). Without a journal a delivery never began; otherwise the journal's state
// tells:
//
//	prepared   it began: Recover reverts it
//	done       it is complete: Undo may revert it
//	undoing    reverting began: Recover completes that
type journalState string

const (
	statePrepared journalState = "prepared"
	stateDone     journalState = "done"
	stateUndoing  journalState = "undoing"
)

// Beyond this number the oldest deliveries are forgotten.
const keptDeliveries = 50

type journal struct {
	Version int    `json:"version"`
	Command string `json:"command"`
	// Ref is the branch it was made on, in full; empty if detached.
	Ref     string            `json:"ref"`
	At      time.Time         `json:"at"`
	State   journalState      `json:"state"`
	Changes []journaledChange `json:"changes"`
	// Dirs are the directories that the delivery creates, repo-relative, outermost first.
	Dirs []string `json:"dirs,omitempty"`
	// Forced means that an undo also reverts files that were edited since; copies of them were kept.
	Forced bool `json:"forced,omitempty"`
}

// journaledChange is one file: what was there (nil: nothing) and what is written (nil: it is removed).
type journaledChange struct {
	Path   string            `json:"path"`
	Action report.FileAction `json:"action"`
	Old    *storedFile       `json:"old,omitempty"`
	New    *storedFile       `json:"new,omitempty"`
}

// storedFile is a file's content hash and its metadata.
type storedFile struct {
	SHA256     string      `json:"sha256"`
	Mode       fs.FileMode `json:"mode,omitempty"` // permission bits; of Old only
	Executable bool        `json:"executable,omitempty"`
	UID        int         `json:"uid"`
	GID        int         `json:"gid"`
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// execution is one delivery being made, reverted, or inspected.
type execution struct {
	repo    *Repo
	dir     string
	journal journal
	step    func(string) // called after each step
}

// newDelivery creates the directory of the next delivery.
func (r *Repo) newDelivery(step func(string)) (*execution, error) {
	parent, err := r.makeState("deliveries")
	if err != nil {
		return nil, err
	}
	names, err := r.deliveries()
	if err != nil {
		return nil, err
	}
	next := 1
	if len(names) > 0 {
		last, _ := strconv.Atoi(names[len(names)-1])
		next = last + 1
	}
	dir := filepath.Join(parent, fmt.Sprintf("%06d", next))
	if err := makeOwned(dir, r.gitDir); err != nil {
		return nil, report.Fail(report.KindWork, writableHint(err, dir), "make %s: %w", dir, err)
	}
	return &execution{repo: r, dir: dir, step: step}, nil
}

// deliveries lists the names of the deliveries, oldest first.
func (r *Repo) deliveries() ([]string, error) {
	entries, err := os.ReadDir(r.state("deliveries"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, report.Fail(report.KindWork, "", "read the deliveries of %s: %w", r.root, err)
	}
	var names []string
	for _, entry := range entries {
		if _, err := strconv.Atoi(entry.Name()); err == nil && entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	sort.Strings(names)
	return names, nil
}

// openDelivery reads a delivery's journal; begun is false if there is none.
func (r *Repo) openDelivery(name string, step func(string)) (e *execution, begun bool, err error) {
	e = &execution{repo: r, dir: r.state("deliveries", name), step: step}
	content, err := os.ReadFile(filepath.Join(e.dir, "journal.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return e, false, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &e.journal)
	}
	if err != nil {
		return nil, false, report.Fail(report.KindWork, "", "read the journal of a delivery in %s: %w", e.dir, err)
	}
	return e, true, nil
}

// mark writes the journal with a new state, so that a crash leaves either the old or the new one.
func (e *execution) mark(state journalState) error {
	e.journal.State = state
	content, err := json.MarshalIndent(e.journal, "", "  ")
	if err != nil {
		return err
	}
	name := filepath.Join(e.dir, "journal.json")
	if err := e.keep("journal.new", content); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(e.dir, "journal.new"), name); err != nil {
		return err
	}
	if err := syncDir(e.dir); err != nil {
		return err
	}
	e.step(string(state))
	return nil
}

// keep writes a file of the delivery's directory to disk.
func (e *execution) keep(name string, content []byte) error {
	path := filepath.Join(e.dir, name)
	if err := writeSynced(path, content, 0o666); err != nil {
		return err
	}
	return ownLike(path, e.repo.gitDir)
}

func (e *execution) oldFile(i int) string { return filepath.Join(e.dir, "old-"+strconv.Itoa(i)) }
func (e *execution) newFile(i int) string { return filepath.Join(e.dir, "new-"+strconv.Itoa(i)) }

// forget removes the delivery. The journal goes first, so that anything left after a crash counts as never begun.
func (e *execution) forget() error {
	err := os.Remove(filepath.Join(e.dir, "journal.json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(syncDir(e.dir), os.RemoveAll(e.dir))
}

// writeSynced creates a file and waits until it is on disk. Its permissions are mode less the umask.
func writeSynced(path string, content []byte, mode fs.FileMode) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	if _, err := file.Write(content); err != nil {
		return errors.Join(err, file.Close())
	}
	return errors.Join(file.Sync(), file.Close())
}

// syncDir waits until a directory's entries are on disk.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
