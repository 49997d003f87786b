package project

import (
	"context"
	"path/filepath"
	"strings"

	"devenv/compose"
	"devenv/devenv/checks"
	"devenv/devenv/config"
	"devenv/devenv/discover"
	"devenv/devenv/report"
)

// LoadOptions returns which Compose project the workspace has loaded.
func (w *Workspace) LoadOptions() compose.LoadOptions { return w.selected.LoadOptions }

// load loads the user's own Compose project.
func (w *Workspace) load(ctx context.Context, c Choice) (err error) {
	stacks := func() (*discover.Stacks, error) { return w.stacks(ctx) }
	if w.selected, err = c.selected(w.Config, w.Repo.Root(), stacks); err != nil {
		return err
	}
	Learn(w.Redactor, compose.TextsBefore(w.LoadOptions()))
	if w.Model, err = w.loadNamed(ctx, c); err != nil {
		return w.loadFailed(ctx, c, err)
	}
	LearnModel(w.Redactor, w.Model)
	if err := w.learnFiles(ctx); err != nil {
		return err
	}
	compose.ShareBuilds(w.Model)
	if w.selected.searched {
		found := w.FoundCompose()
		w.Note("the Compose file is " + found.Value + ", " + found.From)
	}
	unset, err := compose.CheckVariables(w.Model, w.LoadOptions())
	if len(unset) > 0 && err == nil {
		w.Note("Compose treats these unset variables as empty: " + strings.Join(unset, ", "))
	}
	return err
}

// loadFailed returns the failure of a project that does not load. If Compose finds its file, but that does not have
// what devenv works with, another one may be meant.
func (w *Workspace) loadFailed(ctx context.Context, c Choice, err error) error {
	load, hint := w.LoadOptions(), report.HintOf(err)
	if files := load.Found(); w.selected.from == byCompose && len(files) > 0 {
		stacks, stacksErr := w.stacks(ctx)
		dir, dirErr := c.directory()
		if stacksErr == nil && dirErr == nil {
			hint = composeSearch{dir: dir, root: w.Repo.Root()}.elsewhere(stacks, files, hint)
		}
	}
	return report.Fail(report.KindOf(err), hint, "%s: %w", strings.Join(namesOf(w.Repo.Root(), load), ", "), err)
}

// stacks returns a reader of the repository's Compose projects.
func (w *Workspace) stacks(ctx context.Context) (*discover.Stacks, error) {
	tree, err := w.tree(ctx)
	if err != nil {
		return nil, err
	}
	return discover.NewStacks(tree, w.Config)
}

// namesOf returns the display names of the Compose files of a repository.
func namesOf(root string, load compose.LoadOptions) []string {
	files := load.Files
	if len(files) == 0 {
		files = composeFilesIn(load.WorkingDir)
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = InRepository(root, f)
	}
	return names
}

// loadConfig reads the nearest .devenv.yaml, and learns its secrets first, because its errors quote lines of it.
func (w *Workspace) loadConfig(dir string) (*config.Config, error) {
	if path, ok, err := findConfig(dir, w.Repo.Root()); err == nil && ok {
		Learn(w.Redactor, compose.FileTexts(path))
	}
	return LoadConfig(dir, w.Repo.Root())
}

// LoadConfig reads the .devenv.yaml nearest to a directory: in it or in a parent, up to the root. Without one it
// returns nil.
func LoadConfig(dir, root string) (*config.Config, error) {
	path, ok, err := findConfig(dir, root)
	if err != nil || !ok {
		return nil, err
	}
	return config.Load(root, path, Known())
}

// findConfig finds the nearest .devenv.yaml.
func findConfig(dir, root string) (path string, ok bool, err error) {
	if dir, err = (Choice{Dir: dir}).directory(); err != nil {
		return "", false, err
	}
	path, ok = config.Find(dir, root)
	return path, ok, nil
}

// Prepares reports whether commands prepare the trees a run works in.
func (w *Workspace) Prepares() bool { return w.Config != nil && len(w.Config.Prepare) > 0 }

// Path returns where a file named in the configuration is in the user's working tree.
func (w *Workspace) Path(written string) string {
	return filepath.Join(w.Repo.Root(), filepath.FromSlash(w.Config.Path(written)))
}

// Isolation returns what containers of a run may keep of the services they are made from, with the files of a tree.
func (w *Workspace) Isolation(tree string) compose.Isolation {
	isolation := compose.Isolation{Tree: tree, Root: w.Repo.Root()}
	if w.Config != nil {
		isolation.Keep, isolation.Rights = w.Config.Mounts.Keep, w.Config.Scratch.Keep
	}
	return isolation
}

// Known returns the names that a configuration may use.
func Known() config.Known { return config.Known{Checks: checks.IDs(), Tools: discover.KindNames()} }
