package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/devenv/inside"
	"devenv/devenv/report"
)

// Find looks for the configuration from dir up to root, the repository's root, and returns the path of the nearest
// one. Both are absolute.
func Find(dir, root string) (file string, ok bool) {
	dir, root = filepath.Clean(dir), filepath.Clean(root)
	for {
		file := filepath.Join(dir, FileName)
		if info, err := os.Stat(file); err == nil && !info.IsDir() {
			return file, true
		}
		parent := filepath.Dir(dir)
		if dir == root || parent == dir {
			return "", false
		}
		dir = parent
	}
}

// Known are the names that a configuration may use: the ids of checks, and the migration tools. Without tools, any is
// allowed.
type Known struct{ Checks, Tools []string }

// Load reads the configuration at file in the repository at root; known are the names that it may use. The error
// contains every problem, each with its line and a caret; its kind is usage. A path that leaves the repository
// through a symbolic link is a problem.
func Load(root, file string, known Known) (*Config, error) {
	if to, out := leadsOut(root, file); out {
		return nil, report.Fail(report.KindUsage, "move it into the repository",
			"read configuration: %s is outside the repository %s, at %s", file, root, to)
	}
	content, err := read(file)
	if err != nil {
		return nil, err
	}
	rel, ok := inside.Rel(root, filepath.Dir(file))
	if !ok {
		return nil, report.Fail(report.KindUsage, "move it into the repository",
			"read configuration: %s is outside the repository %s", file, root)
	}
	c, err := Parse(content, file, filepath.ToSlash(rel), known)
	if err != nil {
		return nil, err
	}
	if failure := c.refuseLinks(root); failure != nil {
		return nil, failure
	}
	return c, nil
}

// read reads the configuration's file.
func read(file string) ([]byte, error) {
	content, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, report.Fail(report.KindUsage, "", "read configuration: %s does not exist", file)
	case err != nil:
		return nil, report.Fail(report.KindUsage, "", "read configuration: %w", err)
	}
	return content, nil
}
