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

// WithFiles returns the id of a tree like treeish, without the paths (files or directories) of remove and with the files of put,
// path to content as git stores it, mode 100644 (a file that was there keeps its mode). Removing what is not there is no error.
func (r *Repo) WithFiles(ctx context.Context, treeish string, remove []string, put map[string][]byte) (string, error) {
	return r.edited(ctx, treeish, func(e *editing) error { return e.edit(ctx, remove, put) })
}

// WithIncluded returns the id of a tree like treeish with the ignored files that a capture took along, as they are in it.
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
		return "", report.Fail(report.KindWork, "", "make a tree from %s: %w", short(treeish), err)
	}
	return tree, nil
}

// editing is a tree being edited, in an index of its own.
type editing struct {
	repo  *Repo
	dir   string
	modes map[string]string // of the files that were there
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
	return e.enter(ctx, files)
}

// enter puts files into the index, in the place of what is at their paths.
func (e *editing) enter(ctx context.Context, files []File) error {
	var info strings.Builder
	for _, f := range files {
		info.WriteString(f.Mode + " " + f.ID + "\t" + f.Path + "\x00")
	}
	return e.git("update-index", "--replace", "-z", "--index-info").input(strings.NewReader(info.String())).run(ctx)
}

// graft takes files over from another tree.
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
	return e.enter(ctx, slices.DeleteFunc(all, func(f File) bool { return !wanted[f.Path] }))
}

// remove takes files, and all files below directories, out of the index.
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

// keepModes finds the modes for paths: their own where they are files, else a plain file's.
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

// store writes contents as blobs, with one process for all, and returns their ids.
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
		// Relative names: the repository's path may hold a newline, ours never does.
		names.WriteString(filepath.Base(name) + "\n")
	}
	out, err := git(e.dir, "hash-object", "-w", "--no-filters", "--stdin-paths").
		with("GIT_DIR=" + e.repo.gitDir).with(e.repo.objectsEnvironment()...).input(strings.NewReader(names.String())).line(ctx)
	return strings.Split(out, "\n"), err
}
