package gitrepo

import (
	"context"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"devenv/devenv/report"
)

// WithFiles returns the id of a tree like treeish, without the paths (files or directories) of remove and with the files of put,
// path to content as git stores it, mode 100644 (a file that was there keeps its mode). Removing what is not there is no error.
func (r *Repo) WithFiles(ctx context.Context, treeish string, remove []string, put map[string][]byte) (string, error) {
	dir, done, err := r.scratch()
	if err != nil {
		return "", err
	}
	defer done()
	e := editing{repo: r, dir: dir, modes: map[string]string{}}
	tree, err := e.edit(ctx, treeish, remove, put)
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

func (e *editing) edit(ctx context.Context, treeish string, remove []string, put map[string][]byte) (string, error) {
	if err := e.git("read-tree", treeish).run(ctx); err != nil {
		return "", err
	}
	paths := make([]string, 0, len(put))
	for path := range put {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	if err := e.keepModes(ctx, paths); err != nil {
		return "", err
	}
	ids, err := e.store(ctx, paths, put)
	if err != nil {
		return "", err
	}
	if err := e.remove(ctx, remove); err != nil {
		return "", err
	}
	var info strings.Builder
	for i, path := range paths {
		info.WriteString(e.modes[path] + " " + ids[i] + "\t" + path + "\x00")
	}
	if err := e.git("update-index", "--replace", "-z", "--index-info").input(strings.NewReader(info.String())).run(ctx); err != nil {
		return "", err
	}
	return e.git("write-tree").line(ctx)
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
		with("GIT_DIR=" + e.repo.gitDir).input(strings.NewReader(names.String())).line(ctx)
	return strings.Split(out, "\n"), err
}
