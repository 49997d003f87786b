package devenv

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/discover"
)

// revisionLine is the line of a revision's file that names it.
var revisionLine = regexp.MustCompile(`(?m)^revision\s*(?::[^=\n]*)?=\s*['"]([^'"]+)['"]`)

// knownRevisions are the revisions in the working tree's directories of revisions, by their files' text: nothing is run. None
// where no migration tool is found.
func (o *own) knownRevisions(ctx context.Context) ([]string, error) {
	repo := o.Workspace.Repo
	paths, err := repo.WorktreeFiles(ctx)
	if err != nil {
		return nil, err
	}
	project, err := discover.Services(o.Workspace.Model, discover.Tree{Dir: repo.Root(), Paths: paths}, o.Workspace.Config)
	if err != nil {
		return nil, nil // a stack may be one that devenv makes no migrations for
	}
	var known []string
	for _, p := range paths {
		if path.Ext(p) != ".py" || !slices.ContainsFunc(project.Migrations.Versions, func(dir string) bool { return strings.HasPrefix(p, path.Clean(dir)+"/") }) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(repo.Root(), filepath.FromSlash(p)))
		if err != nil {
			return nil, err
		}
		if m := revisionLine.FindSubmatch(content); m != nil {
			known = append(known, string(m[1]))
		}
	}
	return known, nil
}
