package project

import (
	"context"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// loadNamed loads the user's own Compose project, with the name that Compose gives it. If a project has no name of its
// own, that is the name of its directory as it was reached, which may be a symbolic link's.
func (w *Workspace) loadNamed(ctx context.Context, c Choice) (*types.Project, error) {
	model, err := w.Client.Load(ctx, w.LoadOptions())
	if err != nil || w.selected.ProjectName != "" || w.Repo.GitDir() != w.Repo.CommonDir() ||
		model.Name != loader.NormalizeProjectName(filepath.Base(model.WorkingDir)) {
		return model, err
	}
	name := loader.NormalizeProjectName(filepath.Base(c.reached(model.WorkingDir)))
	if name == model.Name || name == "" {
		return model, nil
	}
	w.selected.ProjectName = name
	return w.Client.Load(ctx, w.LoadOptions())
}

// reached returns a directory above the one the command was run in, the way that was reached.
func (c Choice) reached(dir string) string {
	at, err := filepath.Abs(OrDot(c.Dir))
	if err != nil {
		return dir
	}
	for ; at != filepath.Dir(at); at = filepath.Dir(at) {
		if real, err := filepath.EvalSymlinks(at); err == nil && real == dir {
			return at
		}
	}
	return dir
}
