package discover

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/inside"
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

// files holds the repository's files and what their names tell.
type files struct {
	Files
	paths  []string // sorted
	exists map[string]bool
	dirs   []string // see directories
	home   string   // the Compose project's directory; "." if it is outside
}

func newFiles(repo Files, projectDir string) (*files, error) {
	paths, err := repo.List()
	if err != nil {
		return nil, err
	}
	f := &files{Files: repo, paths: slices.Sorted(slices.Values(paths)), exists: map[string]bool{}, home: "."}
	for _, p := range f.paths {
		f.exists[p] = true
	}
	if home, ok := f.relative(projectDir); ok {
		f.home = home
	}
	return f, nil
}

// relative returns a host path relative to the repository; false if it is outside.
func (f *files) relative(host string) (string, bool) {
	rel, ok := inside.Rel(f.Root(), host)
	return filepath.ToSlash(rel), ok
}

// display returns a host path as a repository path if it is one.
func (f *files) display(host string) string {
	if rel, ok := f.relative(host); ok {
		return rel
	}
	return host
}

// hasDir reports whether a directory of the repository contains files.
func (f *files) hasDir(dir string) bool {
	if dir == "." {
		return len(f.paths) > 0
	}
	i, _ := slices.BinarySearch(f.paths, dir+"/")
	return i < len(f.paths) && strings.HasPrefix(f.paths[i], dir+"/")
}

func (f *files) content(rel string) ([]byte, bool) {
	if !f.exists[rel] {
		return nil, false
	}
	content, err := f.Read(rel)
	return content, err == nil
}

// holds reports whether a file of the repository contains the text.
func (f *files) holds(rel, text string) bool {
	content, err := f.Read(rel)
	return err == nil && strings.Contains(string(content), text)
}

// directories returns every directory of the repository that contains files, at any depth, the root first.
func (f *files) directories() []string {
	if f.dirs != nil {
		return f.dirs
	}
	seen := map[string]bool{".": true}
	f.dirs = []string{"."}
	for _, rel := range f.paths {
		if thirdParty(rel) {
			continue
		}
		for dir := path.Dir(rel); !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = true
			f.dirs = append(f.dirs, dir)
		}
	}
	slices.Sort(f.dirs)
	return f.dirs
}

// probes returns some files below a directory, relative to it, direct children first. Their number is limited, for
// repositories of 100,000 files.
func (f *files) probes(dir string) []string {
	const bound = 100
	prefix := strings.TrimPrefix(dir+"/", "./")
	start, _ := slices.BinarySearch(f.paths, prefix)
	var direct, deeper []string
	for _, rel := range f.paths[start:] {
		name, below := strings.CutPrefix(rel, prefix)
		switch {
		case !below || len(direct) == bound:
			return append(direct, deeper...)
		case !strings.Contains(name, "/"):
			direct = append(direct, name)
		case len(deeper) < bound && !thirdParty(rel):
			deeper = append(deeper, name)
		}
	}
	return append(direct, deeper...)
}

// auxiliary reports whether a path is outside the application, as seen from the Compose project's directory.
func (f *files) auxiliary(rel string) bool {
	dir := path.Dir(rel)
	if f.home != "." && within(dir, f.home) {
		dir = strings.TrimPrefix(dir, f.home)
	}
	return slices.ContainsFunc(strings.Split(dir, "/"),
		func(name string) bool { return slices.Contains(auxiliaryDirs(), strings.ToLower(name)) })
}

// codeAround returns the nearest directory above a file that has a Dockerfile, or else the file's own directory.
func (f *files) codeAround(rel string) string {
	for up := path.Dir(rel); ; up = path.Dir(up) {
		if f.exists[path.Join(up, "Dockerfile")] {
			return up
		}
		if up == "." {
			return path.Dir(rel)
		}
	}
}

// composeFiles returns how the configuration would write the files of a Compose project.
func (f *files) composeFiles(p *types.Project) []string {
	var out []string
	for _, file := range p.ComposeFiles {
		out = append(out, f.display(file))
	}
	return out
}
