package inputs

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"devenv/devenv/inside"
)

// WithoutPaths returns a JSON text without the tree's path on this machine, and without the paths around it.
func (t Tree) WithoutPaths(text string) string {
	var pairs []string
	dir, name := t.Dir, "<tree>"
	for range 3 { // devenv's cache is two levels up; the user names the directories above
		if written, err := json.Marshal(dir); err == nil && len(dir) > 1 {
			quoted := strings.TrimSuffix(string(written)[1:], `"`)
			pairs = append(pairs, quoted+"/", name+"/", quoted+`"`, name+`"`, quoted+":", name+":")
		}
		dir, name = filepath.Dir(dir), name+"/.."
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// onMachine returns the path on this machine of a path that Compose names.
func (t Tree) onMachine(p string) string {
	if t.Elsewhere == nil {
		return p
	}
	return t.Elsewhere(p)
}

// at lists the files at a path, and returns its path in the tree.
func (t Tree) at(where string) (string, []File, error) {
	here := t.onMachine(where)
	if rel, inside := t.Relative(here); inside {
		return rel, Under(t.Files, rel), nil
	}
	files, err := onDisk(here)
	return strings.Trim(t.WithoutPaths(`"`+where+`"`), `"`), files, err
}

// Relative returns a path relative to the tree, with slashes and links resolved; false if it is outside.
func (t Tree) Relative(p string) (string, bool) {
	rel, ok := inside.Rel(followed(t.Dir), followed(p))
	return filepath.ToSlash(rel), ok
}

// followed returns a path with links resolved, if it exists.
func followed(p string) string {
	if real, err := filepath.EvalSymlinks(p); err == nil {
		return real
	}
	return filepath.Clean(p)
}

// onDisk lists files outside the tree, or a single one; none if nothing exists there.
func onDisk(place string) ([]File, error) {
	var files []File
	err := filepath.WalkDir(followed(place), func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(followed(place), name)
		if err != nil {
			return err
		}
		id, mode, err := ContentOf(name)
		files = append(files, File{Path: filepath.ToSlash(rel), Mode: mode, ID: id, Untracked: true})
		return err
	})
	return files, err
}

// ContentOf hashes the content of a file, or the target of a link, and returns its mode; anything else has no
// content.
func ContentOf(name string) (id, mode string, err error) {
	info, err := os.Lstat(name)
	if err != nil {
		return "", "", err
	}
	h := sha256.New()
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(name)
		if err != nil {
			return "", "", err
		}
		_, _ = h.Write([]byte(target))
	case info.Mode().IsRegular():
		if err := copyFile(h, name); err != nil {
			return "", "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), info.Mode().String(), nil
}

// copyFile writes a file's content.
func copyFile(to io.Writer, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // only read from
	_, err = io.Copy(to, file)
	return err
}
