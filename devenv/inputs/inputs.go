// Package inputs finds out what images and bases are made of: the files of build contexts after .dockerignore, the
// images that Dockerfiles start from, mounted paths. It works on a Compose model and a list of a tree's files with
// their ids, and reads nothing but Dockerfiles and .dockerignore files; it hashes no file that git has.
package inputs

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"
)

// File is a file that may count: its path relative to the tree, with slashes, git's mode in octal, and the id of its
// content.
type File struct {
	Path, Mode, ID string
	// Untracked means that git does not have it: its content is the user's own.
	Untracked bool
}

// submodule is the mode of a submodule, which stands for all of its files.
const submodule = "160000"

// Under returns the files below a directory of the tree, or the one at a path; "." is the whole tree. A submodule
// counts for each path in it.
func Under(files []File, place string) []File {
	if place = path.Clean(place); place == "." {
		return files
	}
	var found []File
	for _, f := range files {
		if within(f.Path, place) || f.Mode == submodule && within(place, f.Path) {
			found = append(found, f)
		}
	}
	return found
}

// within reports whether a path is dir or below it.
func within(p, dir string) bool {
	return strings.HasPrefix(p, dir) && (len(p) == len(dir) || p[len(dir)] == '/')
}

// Digest returns one id for files: for their paths, modes and contents.
func Digest(files []File) string {
	h := sha256.New()
	for _, f := range files {
		for _, part := range []string{f.Path, f.Mode, f.ID} {
			_, _ = h.Write([]byte(part))
			_, _ = h.Write([]byte{0})
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Input is something that determines a base.
type Input struct {
	// What it is ("build context"), which one, and whose it is or how it was found.
	What, Value, From string
	// ID is the content's, in hex, or its text.
	ID string
	// Secret means that ID could help to guess something that is not part of the repository.
	Secret bool
}

// String returns the input as one line, with the beginning of the id if that may be shown.
func (i Input) String() string {
	const shown = 12
	text := i.What
	if i.Value != "" {
		text += " " + i.Value
	}
	if i.Secret || i.ID == "" {
		return text
	}
	return text + ": " + i.ID[:min(shown, len(i.ID))]
}

// Hash returns the SHA-256 of texts in hex. Each text is terminated by a zero byte, so that the boundaries count.
func Hash(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		_, _ = h.Write([]byte(t))
		_, _ = h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}
