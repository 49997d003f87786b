package gitrepo

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"devenv/devenv/report"
)

// Modes of tree entries that are not regular files.
const (
	modeFile       = "100644"
	modeExecutable = "100755"
	modeSymlink    = "120000"
	modeSubmodule  = "160000"
)

// File is an entry of a tree. Mode is git's, in octal ("100644", "100755", "120000", "160000"); ID is the object's.
type File struct{ Path, Mode, ID string }

// Files lists the files of a commit or tree below a directory or at a path ("" for all), recursively, sorted by path.
// A missing path gives an empty list.
func (r *Repo) Files(ctx context.Context, treeish, under string) ([]File, error) {
	args := []string{"ls-tree", "-r", "-z", "--full-tree", treeish}
	if under = strings.Trim(under, "/"); under != "" && under != "." {
		args = append(args, "--", under)
	}
	entries, err := r.git(args...).list(ctx)
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "list the files of %s: %w", short(treeish), err)
	}
	files := make([]File, 0, len(entries))
	for _, entry := range entries {
		info, path, _ := strings.Cut(entry, "\t")
		fields := strings.Fields(info)
		if len(fields) != 3 {
			return nil, report.Fail(report.KindWork, "", "list the files of %s: git printed %q", short(treeish), entry)
		}
		files = append(files, File{Path: path, Mode: fields[0], ID: fields[2]})
	}
	return files, nil
}

// ReadFile returns a file's content as git stores it (without filters). A missing file is fs.ErrNotExist.
func (r *Repo) ReadFile(ctx context.Context, treeish, path string) ([]byte, error) {
	files, err := r.Files(ctx, treeish, path)
	if err != nil {
		return nil, err
	}
	if len(files) != 1 || files[0].Path != strings.Trim(path, "/") || files[0].Mode == modeSubmodule {
		return nil, fmt.Errorf("read %s of %s: %w", path, short(treeish), fs.ErrNotExist)
	}
	content, err := r.git("cat-file", "blob", files[0].ID).bytes(ctx)
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "read %s of %s: %w", path, short(treeish), err)
	}
	return content, nil
}

// ReadFiles returns the contents of all files below a directory (or at a path, "" for all), by path, as git stores
// them, with a single process. It skips submodules.
func (r *Repo) ReadFiles(ctx context.Context, treeish, under string) (map[string][]byte, error) {
	files, err := r.Files(ctx, treeish, under)
	if err != nil {
		return nil, err
	}
	var ids strings.Builder
	wanted := files[:0]
	for _, f := range files {
		if f.Mode != modeSubmodule {
			wanted = append(wanted, f)
			ids.WriteString(f.ID + "\n")
		}
	}
	out, err := r.git("cat-file", "--batch").input(strings.NewReader(ids.String())).bytes(ctx)
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "read the files of %s below %q: %w", short(treeish), under, err)
	}
	contents := make(map[string][]byte, len(wanted))
	reader := bufio.NewReader(bytes.NewReader(out))
	for _, f := range wanted {
		if contents[f.Path], err = nextObject(reader); err != nil {
			return nil, report.Fail(report.KindWork, "", "read %s of %s: %w", f.Path, short(treeish), err)
		}
	}
	return contents, nil
}

// Added returns the day on which a file was added to a branch: the day of the merge if one added it. The zero time
// means that it is unknown, as in a shallow clone.
func (r *Repo) Added(ctx context.Context, commit, path string) (time.Time, error) {
	day, err := r.git("log", "-1", "--first-parent", "-m", "--diff-filter=A", "--no-renames", "--format=%cs", commit, "--", path).line(ctx)
	if err != nil {
		return time.Time{}, report.Fail(report.KindWork, "", "find the day on which %s was added: %w", path, err)
	}
	added, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}, nil //nolint:nilerr // no such commit: the output is empty
	}
	return added, nil
}

// nextObject reads one answer of cat-file --batch: "<id> <type> <size>", the content, a newline.
func nextObject(reader *bufio.Reader) ([]byte, error) {
	header, err := reader.ReadString('\n')
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(header)
	if len(fields) != 3 {
		return nil, fmt.Errorf("git printed %q", strings.TrimSpace(header))
	}
	size, err := strconv.Atoi(fields[2])
	if err != nil {
		return nil, err
	}
	content := make([]byte, size+1)
	if _, err := io.ReadFull(reader, content); err != nil {
		return nil, err
	}
	return content[:size], nil
}

// WorktreeFiles lists the files of the working tree that git tracks or would add, by path, without deleted ones.
func (r *Repo) WorktreeFiles(ctx context.Context) ([]string, error) {
	paths, err := r.git("ls-files", "-c", "-o", "--exclude-standard", "-z").list(ctx)
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "list the files of %s: %w", r.root, err)
	}
	slices.Sort(paths) // a conflicted file is listed once for each side
	return slices.DeleteFunc(slices.Compact(paths), func(p string) bool {
		_, err := os.Lstat(filepath.Join(r.root, filepath.FromSlash(p)))
		return err != nil
	}), nil
}
