// Package example finds the example from which an environment file is meant to be made.
package example

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Of returns the file that is meant to be copied to an environment file: the one beside it, or in a directory of the
// repository above it, whose name has the same words; else the one beside it whose name begins like its own; else the
// only one beside it. It is empty when there is none.
func Of(file string) string {
	examples := examplesIn(filepath.Dir(file))
	named := slices.DeleteFunc(slices.Clone(examples), func(e string) bool { return !namedAfter(e, file) })
	for _, found := range [][]string{sameWords(file), named, examples} {
		if len(found) == 1 {
			return found[0]
		}
	}
	return ""
}

// examplesIn returns the examples of environment files in a directory.
func examplesIn(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		name := strings.ToLower(e.Name())
		if e.Type().IsRegular() && strings.Contains(name, "env") &&
			slices.ContainsFunc(exampleWords(), func(w string) bool { return strings.Contains(name, w) }) {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out
}

// sameWords returns the file whose name has the words of an environment file's, in the nearest directory with one, up
// to the repository's root: .env.example.docker or env.docker for .env.docker.
func sameWords(file string) []string {
	words, top := wordsOf(file), repository(filepath.Dir(file))
	for dir := filepath.Dir(file); ; dir = filepath.Dir(dir) {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			other := filepath.Join(dir, e.Name())
			if e.Type().IsRegular() && filepath.Base(other) != filepath.Base(file) && slices.Equal(wordsOf(other), words) {
				return []string{other}
			}
		}
		if dir == top {
			return nil
		}
	}
}

// repository returns the root of the repository that contains a directory, or the directory if none does.
func repository(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}

// wordsOf returns the words of an environment file's name, sorted, without those that say that it is an example.
func wordsOf(file string) []string {
	words := strings.FieldsFunc(strings.ToLower(filepath.Base(file)), func(c rune) bool { return strings.ContainsRune("._-", c) })
	words = slices.DeleteFunc(words, func(w string) bool { return slices.Contains(exampleWords(), w) })
	slices.Sort(words)
	return words
}

// namedAfter reports whether an example's name is an environment file's and more.
func namedAfter(example, file string) bool {
	return strings.HasPrefix(strings.ToLower(filepath.Base(example)), strings.ToLower(filepath.Base(file)))
}

func exampleWords() []string { return []string{"example", "sample", "template", "dist"} }

// OfAnother reports whether an example belongs to another one of the missing files rather than to this one.
func OfAnother(example, file string, files []string) bool {
	beside := func(f string) bool { return filepath.Dir(f) == filepath.Dir(example) }
	return slices.ContainsFunc(files, func(f string) bool {
		return f != file && beside(f) && (!beside(file) || namedAfter(example, f) && !namedAfter(example, file))
	})
}
