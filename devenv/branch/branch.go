package branch

import (
	"context"
	"slices"

	"devenv/devenv/gitrepo"
)

// Work is what a branch contains: its working tree, and its changes to migrations.
type Work struct {
	Head gitrepo.Head
	Base gitrepo.Base
	// Fork is the commit where the branch left the base.
	Fork    string
	Capture gitrepo.Capture
	// Own are the revision files that the branch added, Edited are the base's that it changed.
	Own    []gitrepo.File
	Edited []Edit
}

// Edit is a migration of the base that the branch changed. Status is "changed", "removed" or "renamed".
type Edit struct {
	Path, Status, RenamedTo string
	// Tidied means that only imports were removed or moved: the migration does the same as before. OnlyRenamed means
	// that it does so under the name of another file.
	Tidied, OnlyRenamed bool
}

// Read captures the working tree with the ignored files of include.
func Read(ctx context.Context, repo *gitrepo.Repo, base gitrepo.Base, include []string) (*Work, error) {
	w := &Work{Base: base}
	var err error
	if w.Head, err = repo.Head(ctx); err != nil {
		return nil, err
	}
	if w.Fork, err = repo.MergeBase(ctx, w.Head.Commit, base.Commit); err != nil {
		return nil, err
	}
	if w.Capture, err = repo.Capture(ctx, gitrepo.CaptureOptions{Include: include}); err != nil {
		return nil, err
	}
	return w, nil
}

// ReadVersions compares one directory of revisions with the fork and the base.
func (w *Work) ReadVersions(ctx context.Context, repo *gitrepo.Repo, dir string, files Files) error {
	changes, err := repo.Diff(ctx, w.Fork, w.Capture.Tree, dir)
	if err != nil || len(changes) == 0 {
		return err
	}
	onBase, err := filesByPath(ctx, repo, w.Base.Commit, dir)
	if err != nil {
		return err
	}
	here, err := filesByPath(ctx, repo, w.Capture.Tree, dir)
	if err != nil {
		return err
	}
	for _, c := range changes {
		w.sort(c, here, onBase, files)
	}
	return w.findTidied(ctx, repo, files)
}

// sort adds a change to Own or Edited, unless the base has the same file.
func (w *Work) sort(c gitrepo.Change, here, onBase map[string]gitrepo.File, files Files) {
	if c.Status == gitrepo.Renamed && !files.IsRevision(c.OldPath) {
		c = gitrepo.Change{Path: c.Path, Status: gitrepo.Added}
	}
	if c.Status == gitrepo.Renamed && !files.IsRevision(c.Path) {
		c = gitrepo.Change{Path: c.OldPath, Status: gitrepo.Deleted} // no tool reads a backup copy
	}
	if !files.IsRevision(c.Path) || here[c.Path].ID == onBase[c.Path].ID {
		return
	}
	switch c.Status {
	case gitrepo.Added:
		w.Own = append(w.Own, here[c.Path])
	case gitrepo.Renamed:
		w.Edited = append(w.Edited, Edit{Path: c.OldPath, Status: "renamed", RenamedTo: c.Path})
	case gitrepo.Deleted:
		w.Edited = append(w.Edited, Edit{Path: c.Path, Status: "removed"})
	case gitrepo.Modified:
		w.Edited = append(w.Edited, Edit{Path: c.Path, Status: "changed"})
	}
}

func filesByPath(ctx context.Context, repo *gitrepo.Repo, treeish, dir string) (map[string]gitrepo.File, error) {
	files, err := repo.Files(ctx, treeish, dir)
	if err != nil {
		return nil, err
	}
	byPath := make(map[string]gitrepo.File, len(files))
	for _, f := range files {
		byPath[f.Path] = f
	}
	return byPath, nil
}

// Tree returns the tree of the capture with the base's revisions as they were at the fork, and without the branch's
// own if they are to be set aside.
func (w *Work) Tree(ctx context.Context, repo *gitrepo.Repo, setAside bool) (string, error) {
	var remove []string
	put := map[string][]byte{}
	if setAside {
		remove = w.Paths()
	}
	for _, e := range w.Edited {
		if e.RenamedTo != "" {
			remove = append(remove, e.RenamedTo)
		}
		content, err := repo.ReadFile(ctx, w.Fork, e.Path)
		if err != nil {
			return "", err
		}
		put[e.Path] = content
	}
	if len(remove)+len(put) == 0 {
		return w.Capture.Tree, nil
	}
	return repo.WithFiles(ctx, w.Capture.Tree, remove, put)
}

// Paths returns the paths of the branch's own revisions, sorted.
func (w *Work) Paths() []string {
	paths := make([]string, 0, len(w.Own))
	for _, f := range w.Own {
		paths = append(paths, f.Path)
	}
	slices.Sort(paths)
	return paths
}
