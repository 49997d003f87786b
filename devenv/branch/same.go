package branch

import "context"

// Files is how the migration tool's revisions are written.
type Files interface {
	// IsRevision reports whether a path in a directory of revisions can be one's.
	IsRevision(path string) bool
	// DoSame reports whether two versions of a file differ in nothing that runs.
	DoSame(was, is string) bool
}

// findTidied marks the edited revisions of the base in which nothing but imports went or moved: what a formatter that is run
// over the whole source does to them.
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
		w.Edited[i].Tidied = files.DoSame(string(was), string(is))
	}
	return nil
}

// treeReader reads one file of a commit or a tree.
type treeReader interface {
	ReadFile(ctx context.Context, treeish, path string) ([]byte, error)
}
