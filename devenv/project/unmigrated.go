package project

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
)

// Begun is what a branch has done about its models and migrations so far, as its files show it.
type Begun struct {
	// Revision is the first revision file that it adds or changes. If there is none, Model is the first file in which
	// it changes what describes tables.
	Revision, Model string
}

// Begun compares the working tree with the commit where it left the base. Nothing is run.
func (w *Workspace) Begun(ctx context.Context, base gitrepo.Base, tool discover.MigrationTool) (b Begun, err error) {
	head, err := w.Repo.Head(ctx)
	if err != nil {
		return b, err
	}
	fork, err := w.Repo.MergeBase(ctx, head.Commit, base.Commit)
	if err != nil {
		return b, err
	}
	changed, err := w.Repo.ChangedSince(ctx, fork)
	if err != nil {
		return b, err
	}
	for _, file := range changed {
		if _, err := os.Lstat(w.inTree(file)); err == nil && tool.IsRevision(file) {
			return Begun{Revision: file}, nil
		}
	}
	for _, file := range changed {
		if !tool.CanHoldModels(file) {
			continue
		}
		if differ, err := w.tablesDiffer(ctx, fork, file, tool); err != nil || differ {
			return Begun{Model: file}, err
		}
	}
	return b, nil
}

// tablesDiffer reports whether a file of the working tree describes other tables than that of a commit.
func (w *Workspace) tablesDiffer(ctx context.Context, commit, file string, tool discover.MigrationTool) (bool, error) {
	is, err := os.ReadFile(w.inTree(file))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, nil // a directory, a link that leads nowhere
	}
	was, err := w.Repo.ReadFile(ctx, commit, file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	models := tool.Kind.Models
	return (models.Describes(file, is) || models.Describes(file, was)) && !models.SameTables(was, is), nil
}

// inTree returns where a file of the repository is in the working tree.
func (w *Workspace) inTree(file string) string {
	return filepath.Join(w.Repo.Root(), filepath.FromSlash(file))
}

// NoteUnmigrated returns what to say before the branch's code runs on a database: that its models have changed and it
// has no migration. It returns "" if that is not so, or is unknown: what fails here is reported by those who need it.
func (w *Workspace) NoteUnmigrated(ctx context.Context) string {
	base, err := w.Repo.ResolveBase(ctx, w.BaseName(""))
	if err != nil {
		return ""
	}
	found, err := w.Services(ctx)
	if err != nil {
		return ""
	}
	begun, err := w.Begun(ctx, base, found.Migrations)
	if err != nil {
		return ""
	}
	return begun.Unmigrated()
}

// Unmigrated says that what describes tables has changed without a migration; "" if that is not so.
func (b Begun) Unmigrated() string {
	if b.Model == "" {
		return ""
	}
	return fmt.Sprintf("the branch changes %s, which describes tables, but has no migration: if a table or column changed, its "+
		"code will not find it in the database: devenv new-migration \"…\"", b.Model)
}
