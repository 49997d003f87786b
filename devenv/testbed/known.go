package testbed

import (
	"encoding/gob"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"devenv/devenv/inputs"
	"devenv/devenv/project"
)

// known is what an earlier run has read in a clone of the base's data. The base's image never changes, and so nor does
// what is read in it: reading it takes longer than starting the clone, and everything else waits for it.
type known struct {
	Before  State
	Writers map[uint32][]string
}

// knownLimit is how many bases stay known in the cache, those used last.
const knownLimit = 32

// recall fills in what an earlier run has read in the base, and returns the file that remembers it, or is to remember
// it. It returns "" if nothing can be remembered: the base has no image yet, or the clone was changed after its start.
func (b *Testbed) recall(seeded *Seeded) (file string, recalled bool) {
	if !b.about.Base.Cached || b.Baseline != "" {
		return "", false
	}
	key, err := b.knownKey()
	if err != nil {
		return "", false
	}
	file = filepath.Join(b.Workspace.Cache, project.CacheKnown, key)
	found, err := readKnown(file)
	if err != nil {
		return file, false
	}
	seeded.Before, seeded.Writers = found.Before, found.Writers
	b.Redactor.Keep(namesIn(found.Before.Catalog)...)
	return file, true
}

// remember writes what was read in the base for later runs. That it cannot is no reason for a run to fail.
func (b *Testbed) remember(file string, seeded *Seeded) {
	if file == "" || seeded.Before.Access.Ends {
		return
	}
	if writeKnown(file, known{seeded.Before, seeded.Writers}) == nil {
		forgetOldest(filepath.Dir(file), knownLimit)
	}
}

// knownKey identifies the base's image, as whom it is read, what is read in it, and the program that reads it. How clones
// are started is part of the base's key.
func (b *Testbed) knownKey() (string, error) {
	settings, err := json.Marshal(b.Base.Settings)
	if err != nil {
		return "", err
	}
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	info, err := os.Stat(program)
	if err != nil {
		return "", err
	}
	return inputs.Hash(b.Base.Key, b.Base.Seeded.ID, string(settings), b.Base.Settings.Password, fmt.Sprint(b.comparing(), b.VersionTable()),
		strconv.FormatInt(info.Size(), 10), info.ModTime().String()), nil
}

// readKnown reads a file, and marks it as used.
func readKnown(path string) (found known, err error) {
	file, err := os.Open(path)
	if err != nil {
		return found, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	if err := gob.NewDecoder(file).Decode(&found); err != nil {
		return found, err
	}
	now := time.Now()
	return found, os.Chtimes(path, now, now)
}

// writeKnown writes a file that others read as a whole or not at all.
func writeKnown(path string, k known) error {
	file, err := os.CreateTemp(filepath.Dir(path), "new-")
	if err != nil {
		return err
	}
	err = gob.NewEncoder(file).Encode(k)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name()) // the error says why
	}
	return err
}

// forgetOldest removes the files of a directory that were not used for longest, but for a number of them.
func forgetOldest(dir string, kept int) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	used := func(e os.DirEntry) time.Time {
		info, err := e.Info()
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return used(b).Compare(used(a)) })
	for _, e := range entries[min(kept, len(entries)):] {
		_ = os.Remove(filepath.Join(dir, e.Name())) // another run may have
	}
}
