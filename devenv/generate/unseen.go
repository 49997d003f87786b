package generate

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"devenv/devenv/branch"
	"devenv/devenv/codesearch"
	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

// findUnimported looks for models that the branch changes and that no code imports, so that autogenerate does not see
// them.
func (w *writer) findUnimported(ctx context.Context) error {
	models := w.Project.Migrations.Kind.Models
	if models == nil {
		return nil
	}
	changed, err := w.changedModels(ctx, models)
	if err != nil || len(changed) == 0 {
		return err
	}
	files, err := w.Workspace.Repo.Files(ctx, w.Branch.TreeID, "")
	if err != nil {
		return err
	}
	for _, file := range changed {
		imported, err := isImported(models, file, files, w.read)
		if err != nil {
			return err
		}
		if !imported {
			w.migration.Unimported = append(w.migration.Unimported, file)
		}
	}
	return nil
}

// changedModels returns the files that the branch changes and that can add to the models.
func (w *writer) changedModels(ctx context.Context, models migrations.Models) ([]string, error) {
	changes, err := w.Workspace.Repo.Diff(ctx, w.Work.Fork, w.Work.Capture.Tree, "")
	if err != nil {
		return nil, err
	}
	var changed []string
	for _, c := range changes {
		content, err := w.read(c.Path)
		if err != nil {
			return nil, err
		}
		if content != nil && w.Project.Migrations.CanHoldModels(c.Path) && models.Describes(c.Path, content) {
			changed = append(changed, c.Path)
		}
	}
	return changed, nil
}

// isImported reports whether any other of the files imports a file.
func isImported(models migrations.Models, file string, files []gitrepo.File, read func(string) ([]byte, error)) (bool, error) {
	for _, f := range files {
		other := f.Path
		if other == file || path.Ext(other) != path.Ext(file) || codesearch.IsTest(other) {
			continue
		}
		content, err := read(other)
		if err != nil || models.Imports(content, file) {
			return err == nil, err
		}
	}
	return false, nil
}

// read returns a file of the branch's tree; nil if it is gone, or no regular file.
func (w *writer) read(file string) ([]byte, error) {
	name := filepath.Join(w.Branch.Tree.Dir(), filepath.FromSlash(file))
	info, err := os.Lstat(name)
	if os.IsNotExist(err) || err == nil && !info.Mode().IsRegular() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

// unseenRevisions returns a failure if the branch has revisions and the tool sees none of them: then it would seem that
// the branch adds none.
func (m *Migration) unseenRevisions(b *testbed.Testbed) error {
	if !b.Request.Existing && b.Mode != branch.Keep && b.Mode != branch.Empty { // they are set aside
		return nil
	}
	var own []string
	for _, file := range b.Work.Paths() {
		if b.Project.Migrations.Recursive || slices.Contains(b.Project.Migrations.Versions, path.Dir(file)) {
			own = append(own, file)
		}
	}
	broken := slices.ContainsFunc(m.History.Problems, func(p migrations.Problem) bool { return slices.Contains(own, p.File) })
	if len(own) == 0 || len(m.Revisions) > 0 || broken {
		return nil
	}
	hint := fmt.Sprintf("let the image of service %s have the working tree's code, or mount it; where devenv looks: devenv init -v",
		b.Project.Migrations.Service)
	return report.Fail(report.KindWork, hint, "read the branch's migrations: %s in service %s does not see %s",
		b.Project.Migrations.Kind.Name, b.Project.Migrations.Service, strings.Join(own, ", "))
}
