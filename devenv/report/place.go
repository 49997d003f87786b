package report

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Place is where a person stands in a repository. Text names the repository's files from there, so that they can be
// opened; the zero value names them from the top directory, as documents do.
type Place struct {
	// Root is the repository's top directory, Dir the current directory, both absolute.
	Root, Dir string
}

// Here returns the place of a directory; the zero value at the top of a repository, or outside of any.
func Here(dir string) Place {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return Place{}
	}
	for root := dir; ; root = filepath.Dir(root) {
		if _, err := os.Lstat(filepath.Join(root, ".git")); err == nil && root != dir {
			return Place{Root: root, Dir: dir}
		} else if err == nil || root == filepath.Dir(root) {
			return Place{}
		}
	}
}

// Path names a file by its path in the repository.
func (p Place) Path(path string) string {
	if p.Root == "" || path == "" || filepath.IsAbs(path) {
		return path
	}
	name, err := filepath.Rel(p.Dir, filepath.Join(p.Root, filepath.FromSlash(path)))
	if err != nil {
		return path
	}
	return name
}

// pathLike matches a word that may be a file's path, with what is before it.
var pathLike = regexp.MustCompile("(^|[\\s\"'`(])([\\w.@+-][\\w.@+/-]*\\.\\w+)")

// Text names the files in a text: the words that are paths of files in the repository, or of files that may have been
// removed from one of its directories.
func (p Place) Text(text string) string {
	if p.Root == "" {
		return text
	}
	return pathLike.ReplaceAllStringFunc(text, func(found string) string {
		parts := pathLike.FindStringSubmatch(found)
		if !p.mayHave(parts[2]) {
			return found
		}
		return parts[1] + p.Path(parts[2])
	})
}

// mayHave reports whether the repository has a file, or had it in a directory that is still there.
func (p Place) mayHave(path string) bool {
	file := filepath.Join(p.Root, filepath.FromSlash(path))
	info, err := os.Lstat(file)
	if errors.Is(err, fs.ErrNotExist) && strings.Contains(path, "/") {
		info, err = os.Lstat(filepath.Dir(file))
		return err == nil && info.IsDir()
	}
	return err == nil && info.Mode().IsRegular()
}
