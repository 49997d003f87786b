package branch

import (
	"cmp"
	"context"
)

// Files describes how the migration tool's revisions are written.
type Files interface {
	// IsRevision reports whether a path in a directory of revisions can be a revision.
	IsRevision(path string) bool
	// SameCode reports whether two versions of a file differ only in what does not run.
	SameCode(was, is string) bool
}

// findTidied marks the edited revisions of the base in which only imports were removed or moved: this is what a
// formatter does when run on the whole source. It marks those that do the same under another file's name as well.
func (w *Work) findTidied(ctx context.Context, repo treeReader, files Files) error {
	for i, e := range w.Edited {
		if e.Status == "removed" {
			continue
		}
		was, err := repo.ReadFile(ctx, w.Fork, e.Path)
		if err != nil {
			return err
		}
		is, err := repo.ReadFile(ctx, w.Capture.Tree, cmp.Or(e.RenamedTo, e.Path))
		if err != nil {
			return err
		}
		same := files.SameCode(string(was), string(is))
		w.Edited[i].Tidied, w.Edited[i].OnlyRenamed = same && e.RenamedTo == "", same && e.RenamedTo != ""
	}
	return nil
}

// treeReader reads one file of a commit or a tree.
type treeReader interface {
	ReadFile(ctx context.Context, treeish, path string) ([]byte, error)
}
