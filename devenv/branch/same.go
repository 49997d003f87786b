package branch

import "context"

// Files describes how the migration tool's revisions are written.
type Files interface {
	// IsRevision reports whether a path in a directory of revisions can be a revision.
	IsRevision(path string) bool
	// SameCode reports whether two versions of a file differ only in what does not run.
	SameCode(was, is string) bool
}

// findTidied marks the edited revisions of the base in which only imports were removed or moved: this is what a
// formatter does when run on the whole source.
func (w *Work) findTidied(ctx context.Context, repo treeReader, files Files) error {
	for i, e := range w.Edited {
		if e.Status != "changed" {
			continue
		}
		was, err := repo.ReadFile(ctx, w.Fork, e.Path)
		if err != nil {
			return err
		}
		is, err := repo.ReadFile(ctx, w.Capture.Tree, e.Path)
		if err != nil {
			return err
		}
		w.Edited[i].Tidied = files.SameCode(string(was), string(is))
	}
	return nil
}

// treeReader reads one file of a commit or a tree.
type treeReader interface {
	ReadFile(ctx context.Context, treeish, path string) ([]byte, error)
}
