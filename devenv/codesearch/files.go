// Package codesearch finds code of the project: its files, which of them work with the database, and the lines that
// name a table or a column. It reads files, and knows nothing of git, the engine or the database.
package codesearch

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/inside"
)

// searchedLimit is the size in bytes above which a file is data rather than code.
const searchedLimit = 1 << 20

// Files returns the regular files below dir that may be code of the project, relative to it, with slashes.
func Files(dir string) (paths []string, err error) {
	err = filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "node_modules", ".venv", "venv"}, d.Name()):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		rel, err := filepath.Rel(dir, file)
		paths = append(paths, filepath.ToSlash(rel))
		return err
	})
	return paths, err
}

// IsTest reports whether a file belongs to the project's tests, which work on databases of their own.
func IsTest(file string) bool {
	for dir := range strings.SplitSeq(path.Dir(file), "/") {
		if slices.Contains([]string{"tests", "test", "__tests__", "spec"}, dir) {
			return true
		}
	}
	name := path.Base(file)
	stem, _, _ := strings.Cut(name, ".")
	return stem == "conftest" || strings.HasPrefix(stem, "test_") || strings.HasSuffix(stem, "_test") ||
		strings.Contains(name, ".test.") || strings.Contains(name, ".spec.")
}

// Working returns those files of a tree with code that works on the database, relative to it, with slashes: what the
// users of the database, and all services that depend on it directly, are built from or mount, except for what is left
// out.
func Working(root string, services types.Services, database string, users, left []string) ([]string, error) {
	files, err := Files(root)
	if err != nil {
		return nil, err
	}
	within, others := paths(root, services, database, users...)
	left = slices.Concat(left, others)
	return slices.DeleteFunc(files, func(file string) bool {
		return !isIn(file, within) || isIn(file, left) || slices.Contains(notCode(), strings.ToLower(path.Ext(file)))
	}), nil
}

// notCode returns the extensions of files that hold text or data.
func notCode() []string {
	return []string{".md", ".rst", ".txt", ".adoc", ".csv", ".tsv", ".json", ".lock", ".svg", ".po", ".pot", ".map", ".dump", ".log"}
}

// paths returns what the services that work with the database are built from or mount, or the whole tree if that is
// not known, and what of it belongs to the database. A frontend, which only needs the backend, does not work with it.
func paths(root string, services types.Services, database string, users ...string) (within, left []string) {
	for _, name := range slices.Sorted(maps.Keys(services)) {
		_, depends := services[name].DependsOn[database]
		switch {
		case name == database:
			left = append(left, Below(root, sourcesOf(services[name])...)...)
		case depends, slices.Contains(users, name):
			within = append(within, Below(root, sourcesOf(services[name])...)...)
		}
	}
	if len(within) == 0 {
		within = []string{"."}
	}
	return within, slices.DeleteFunc(left, func(dir string) bool { return slices.Contains(within, dir) })
}

// Below returns those host paths that are in a tree, relative to it, with slashes.
func Below(root string, hosts ...string) []string {
	var found []string
	for _, host := range hosts {
		if rel, ok := inside.Rel(root, host); ok {
			found = append(found, filepath.ToSlash(rel))
		}
	}
	return found
}

// sourcesOf returns the host paths of a service's build context and bind mounts.
func sourcesOf(service types.ServiceConfig) []string {
	var sources []string
	if service.Build != nil {
		sources = append(sources, service.Build.Context)
	}
	for _, v := range service.Volumes {
		if v.Type == types.VolumeTypeBind {
			sources = append(sources, v.Source)
		}
	}
	return sources
}

// isIn reports whether a file is one of some paths, or in one of these directories.
func isIn(file string, paths []string) bool {
	return slices.ContainsFunc(paths, func(p string) bool {
		p = path.Clean(p)
		return p == "." || file == p || strings.HasPrefix(file, p+"/")
	})
}

// Read returns the text of a file of code; empty for one that is large or not text.
func Read(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil || info.Size() > searchedLimit {
		return "", err
	}
	content, err := os.ReadFile(file)
	if err != nil || bytes.IndexByte(content, 0) >= 0 {
		return "", err
	}
	return string(content), nil
}
