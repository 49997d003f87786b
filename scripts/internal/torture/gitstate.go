package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// treeState is a repository and its working tree, byte for byte: the content of each part, such as "file
// backend/app.py" or "the index".
type treeState map[string]string

// state reads the project's repository, without the database's own files, which are ignored, and without devenv's
// records of its runs.
func (p *project) state(ctx context.Context) (treeState, error) {
	state := treeState{}
	for part, args := range map[string][]string{
		"the refs":   {"for-each-ref", "--format=%(refname) %(objectname)"},
		"HEAD":       {"rev-parse", "--symbolic-full-name", "HEAD"},
		"the index":  {"ls-files", "--stage"},
		"the status": {"status", "--porcelain", "--untracked-files=all"},
		"the stash":  {"stash", "list"},
	} {
		printed, err := git(ctx, p.dir, args...)
		if err != nil {
			return nil, err
		}
		state[part] = printed
	}
	for _, name := range []string{"config", "info/exclude"} {
		content, _ := p.read(".git/" + name) // it may not exist
		state["git's "+name] = content
	}
	return state, filepath.WalkDir(p.dir, func(path string, entry fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(p.dir, path)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", "data", "__pycache__"}, rel), entry.IsDir() && entry.Name() == "__pycache__":
			return fs.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		info, _ := entry.Info()
		state["file "+filepath.ToSlash(rel)] = fmt.Sprintf("%v %x", info.Mode(), sha256.Sum256(content))
		return err
	})
}

// differences returns the parts in which two states differ, sorted.
func differences(a, b treeState) []string {
	var parts []string
	for part := range maps.Keys(a) {
		if a[part] != b[part] {
			parts = append(parts, part)
		}
	}
	for part := range maps.Keys(b) {
		if _, known := a[part]; !known {
			parts = append(parts, part)
		}
	}
	slices.Sort(parts)
	return parts
}

// delivered reports whether the only difference between two states is new-migration's complete delivery: one new
// revision.
func delivered(before, after treeState, versions string) bool {
	added := 0
	for _, part := range differences(before, after) {
		name, isFile := strings.CutPrefix(part, "file ")
		_, known := before[part]
		switch {
		case part == "the status":
		case isFile && !known && strings.HasPrefix(name, versions+"/") && strings.HasSuffix(name, ".py"):
			added++
		default:
			return false
		}
	}
	return added == 1
}
