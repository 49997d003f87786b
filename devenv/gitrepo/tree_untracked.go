package gitrepo

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"devenv/devenv/report"
)

// Untracked lists the files of the tree that git does not track, including ignored ones, below a directory or at a
// path ("" for all), sorted: what commands created there. Nested repositories are listed file by file.
func (t *Tree) Untracked(ctx context.Context, under string) ([]string, error) {
	args := []string{"ls-files", "-o", "-z", "--"}
	if under = strings.Trim(under, "/"); under != "" && under != "." {
		args = append(args, under)
	}
	listed, err := t.git(args...).list(ctx)
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "list the files of %s that git does not track: %w", t.dir, err)
	}
	var files []string
	for _, name := range listed {
		if !strings.HasSuffix(name, "/") {
			files = append(files, name)
			continue
		}
		inside, err := t.filesBelow(name)
		if err != nil {
			return nil, report.Fail(report.KindWork, "", "list the files of %s: %w", name, err)
		}
		files = append(files, inside...)
	}
	slices.Sort(files)
	return files, nil
}

// filesBelow lists the files of a directory except git's own.
func (t *Tree) filesBelow(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(filepath.Join(t.dir, filepath.FromSlash(dir)), func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.Name() == ".git" && entry.IsDir():
			return filepath.SkipDir
		case entry.IsDir():
			return nil
		}
		rel, err := filepath.Rel(t.dir, path)
		files = append(files, filepath.ToSlash(rel))
		return err
	})
	return files, err
}
