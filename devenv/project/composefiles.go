package project

import (
	"os"
	"path/filepath"
	"strings"

	"devenv/compose"
	"devenv/devenv/config"
	"devenv/devenv/discover"
	"devenv/devenv/inside"
)

// Choice selects the project and the engine.
type Choice struct {
	// Dir is the directory the command was run in; empty means the current directory.
	Dir     string
	Compose ComposeOptions
	// Host and Context select the engine as Docker's command line does; empty means its environment and default.
	Host, Context string
}

// ComposeOptions are Compose's own global flags.
type ComposeOptions struct {
	Files            []string
	ProjectName      string
	ProjectDirectory string
	EnvFiles         []string
	Profiles         []string
}

// selected returns which Compose project to load: the one set by the flags, by Compose's variables, or by the
// configuration; or else the one Compose finds from the current directory, or the likeliest one in the repository.
func (c Choice) selected(cfg *config.Config, root string, stacks func() (*discover.Stacks, error)) (selection, error) {
	dir, err := c.directory()
	if err != nil {
		return selection{}, err
	}
	load := selection{from: "--file", LoadOptions: compose.LoadOptions{
		WorkingDir: dir, Files: Absolute(dir, c.Compose.Files...),
		ProjectDirectory: c.Compose.ProjectDirectory, ProjectName: c.Compose.ProjectName,
		EnvFiles: Absolute(dir, c.Compose.EnvFiles...), Profiles: c.Compose.Profiles,
	}}
	if load.ProjectDirectory != "" {
		load.ProjectDirectory = Absolute(dir, load.ProjectDirectory)[0]
	}
	if len(load.Files) == 0 {
		load.Files, load.from = filesFromEnvironment(dir), "COMPOSE_FILE"
	}
	if len(load.Files) > 0 {
		return load, nil
	}
	if cfg != nil {
		applyConfiguration(&load.LoadOptions, cfg, root)
	}
	if len(load.Files) > 0 {
		load.from = "compose.files in the configuration"
		return load, nil
	}
	found, err := composeSearch{dir: dir, root: root, stacks: stacks}.find()
	load.WorkingDir, load.Files, load.from, load.searched = found.WorkingDir, found.Files, found.from, found.searched
	return load, err
}

// directory returns the absolute directory the command was run in. Git resolves symbolic links in the paths it reports,
// so they are resolved here as well: a path is inside the repository only by name.
func (c Choice) directory() (string, error) {
	dir, err := filepath.Abs(OrDot(c.Dir))
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}

// filesFromEnvironment reads COMPOSE_FILE as Compose does.
func filesFromEnvironment(dir string) []string {
	value := os.Getenv("COMPOSE_FILE")
	if value == "" {
		return nil
	}
	separator := os.Getenv("COMPOSE_PATH_SEPARATOR")
	if separator == "" {
		separator = string(os.PathListSeparator)
	}
	return Absolute(dir, strings.Split(value, separator)...)
}

// Absolute makes paths absolute that are relative to dir.
func Absolute(dir string, paths ...string) []string {
	var all []string
	for _, p := range paths {
		if !filepath.IsAbs(p) {
			p = filepath.Join(dir, p)
		}
		all = append(all, p)
	}
	return all
}

// applyConfiguration fills in what the flags leave open.
func applyConfiguration(load *compose.LoadOptions, cfg *config.Config, root string) {
	inRepository := func(written string) string { return filepath.Join(root, filepath.FromSlash(cfg.Path(written))) }
	for _, f := range cfg.Compose.Files {
		load.Files = append(load.Files, inRepository(f))
	}
	if load.ProjectDirectory == "" && cfg.Compose.ProjectDirectory != "" {
		load.ProjectDirectory = inRepository(cfg.Compose.ProjectDirectory)
	}
	if len(load.Profiles) == 0 {
		load.Profiles = cfg.Compose.Profiles
	}
}

// OrDot returns the directory, or "." if it is empty.
func OrDot(dir string) string {
	if dir == "" {
		return "."
	}
	return dir
}

// InRepository returns a path relative to the repository if it is inside.
func InRepository(root, path string) string {
	rel, ok := inside.Rel(root, path)
	if !ok {
		return path
	}
	return filepath.ToSlash(rel)
}
