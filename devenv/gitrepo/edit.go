package gitrepo

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"devenv/devenv/report"
)

// WithFiles returns the id of a tree like treeish, without the paths (files or directories) in remove and with the
// files in put, from path to content as git stores it, with mode 100644 (an existing file keeps its mode). Removing a
// missing path is not an error.
func (r *Repo) WithFiles(ctx context.Context, treeish string, remove []string, put map[string][]byte) (string, error) {
	return r.edited(ctx, treeish, func(e *editing) error { return e.edit(ctx, remove, put) })
}

// WithIncluded returns the id of a tree like treeish with the ignored files of a capture.
func (r *Repo) WithIncluded(ctx context.Context, treeish string, c Capture) (string, error) {
	return r.edited(ctx, treeish, func(e *editing) error { return e.graft(ctx, c.Tree, c.Included) })
}

// edited returns the id of treeish's tree after an edit.
func (r *Repo) edited(ctx context.Context, treeish string, edit func(*editing) error) (tree string, err error) {
	if err := r.mayWrite(); err != nil {
		return "", err
	}
	dir, done, err := r.scratch()
	if err != nil {
		return "", err
	}
	defer done()
	e := &editing{repo: r, dir: dir, modes: map[string]string{}}
	if err = e.git("read-tree", treeish).run(ctx); err == nil {
		err = edit(e)
	}
	if err == nil {
		tree, err = e.git("write-tree").line(ctx)
	}
	if err != nil {
		return "", report.Fail(report.KindWork, "", "create a tree from %s: %w", short(treeish), err)
	}
	return tree, nil
}

// editing is a tree being edited, in an index of its own.
type editing struct {
	repo  *Repo
	dir   string
	modes map[string]string // of existing files
}

func (e *editing) git(args ...string) *command {
	return e.repo.git(args...).with("GIT_INDEX_FILE=" + filepath.Join(e.dir, "index"))
}

func (e *editing) edit(ctx context.Context, remove []string, put map[string][]byte) error {
	paths := slices.Sorted(maps.Keys(put))
	if err := e.keepModes(ctx, paths); err != nil {
		return err
	}
	ids, err := e.store(ctx, paths, put)
	if err != nil {
		return err
	}
	if err := e.remove(ctx, remove); err != nil {
		return err
	}
	files := make([]File, len(paths))
	for i, path := range paths {
		files[i] = File{Path: path, Mode: e.modes[path], ID: ids[i]}
	}
	return e.addFiles(ctx, files)
}

// addFiles adds files to the index, replacing what is at their paths.
func (e *editing) addFiles(ctx context.Context, files []File) error {
	var info strings.Builder
	for _, f := range files {
		info.WriteString(f.Mode + " " + f.ID + "\t" + f.Path + "\x00")
	}
	return e.git("update-index", "--replace", "-z", "--index-info").input(strings.NewReader(info.String())).run(ctx)
}

// graft copies files from another tree.
func (e *editing) graft(ctx context.Context, tree string, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	all, err := e.repo.Files(ctx, tree, "")
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, p := range paths {
		wanted[p] = true
	}
	return e.addFiles(ctx, slices.DeleteFunc(all, func(f File) bool { return !wanted[f.Path] }))
}

// remove removes files, and all files below directories, from the index.
func (e *editing) remove(ctx context.Context, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	gone, err := e.git(append([]string{"ls-files", "-z", "--"}, paths...)...).list(ctx)
	if err != nil {
		return err
	}
	return e.git("update-index", "--force-remove", "-z", "--stdin").input(joinNul(gone)).run(ctx)
}

// keepModes finds the modes for paths: their own if they are files, else a regular file's.
func (e *editing) keepModes(ctx context.Context, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	entries, err := e.git(append([]string{"ls-files", "-s", "-z", "--"}, paths...)...).list(ctx)
	if err != nil {
		return err
	}
	for _, path := range paths {
		e.modes[path] = modeFile
	}
	for _, entry := range entries {
		info, path, _ := strings.Cut(entry, "\t")
		if strings.HasPrefix(info, modeExecutable) && e.modes[path] != "" {
			e.modes[path] = modeExecutable
		}
	}
	return nil
}

// store writes contents as blobs, all with one process, and returns their ids.
func (e *editing) store(ctx context.Context, paths []string, put map[string][]byte) ([]string, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	var names strings.Builder
	for i, path := range paths {
		name := filepath.Join(e.dir, "content-"+strconv.Itoa(i))
		if err := os.WriteFile(name, put[path], 0o600); err != nil {
			return nil, err
		}
		// Relative names: the repository's path may contain a newline, these never do.
		names.WriteString(filepath.Base(name) + "\n")
	}
	out, err := git(e.dir, "hash-object", "-w", "--no-filters", "--stdin-paths").
		with("GIT_DIR=" + e.repo.gitDir).with(e.repo.objectsEnvironment()...).input(strings.NewReader(names.String())).line(ctx)
	return strings.Split(out, "\n"), err
}
