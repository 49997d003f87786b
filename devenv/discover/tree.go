package discover

import (
	"os"
	"path/filepath"
)

// Tree is a checkout on disk with the list of its files, as git has it.
type Tree struct {
	Dir   string
	Paths []string
}

// Root returns the tree's directory.
func (t Tree) Root() string { return t.Dir }

// List returns the paths.
func (t Tree) List() ([]string, error) { return t.Paths, nil }

// Read reads a file of the tree.
func (t Tree) Read(path string) ([]byte, error) {
	return os.ReadFile(filepath.Join(t.Dir, filepath.FromSlash(path)))
}

var _ Files = Tree{}
