package branch

import (
	"context"
	"slices"
	"strings"
)

// findTidied marks the edited revisions of the base in which nothing but imports went or moved: what a formatter that is run
// over the whole source does to them.
func (w *Work) findTidied(ctx context.Context, repo treeReader) error {
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
		w.Edited[i].Tidied = tidied(string(was), string(is))
	}
	return nil
}

// treeReader reads one file of a commit or a tree.
type treeReader interface {
	ReadFile(ctx context.Context, treeish, path string) ([]byte, error)
}

// tidied says that two files differ only in blank lines and in lines of imports, of which the second has no new one.
func tidied(was, is string) bool {
	before, imports := importsApart(was)
	after, left := importsApart(is)
	return slices.Equal(before, after) && !slices.ContainsFunc(left, func(line string) bool { return !slices.Contains(imports, line) })
}

// importsApart returns a file's lines without blank ones and without the imports that stand at the start of a line, and these.
func importsApart(text string) (code, imports []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		switch {
		case line == "":
		case strings.HasPrefix(line, "import "), strings.HasPrefix(line, "from "):
			imports = append(imports, line)
		default:
			code = append(code, line)
		}
	}
	return code, imports
}
