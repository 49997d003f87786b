package devenv

import (
	"os"
	"path/filepath"
	"strings"

	"devenv/compose"
	"devenv/devenv/config"
)

// loadOptions says which Compose project is meant: by the flags, by Compose's variables, by the configuration, as Compose
// finds it from the current directory, or the only one in the repository.
func loadOptions(o Options, cfg *config.Config, root string) (compose.LoadOptions, error) {
	dir, err := filepath.Abs(orDot(o.Dir))
	if err != nil {
		return compose.LoadOptions{}, err
	}
	load := compose.LoadOptions{
		WorkingDir: dir, Files: absolute(dir, o.Compose.Files...), ProjectDirectory: o.Compose.ProjectDirectory, ProjectName: o.Compose.ProjectName,
		EnvFiles: absolute(dir, o.Compose.EnvFiles...), Profiles: o.Compose.Profiles,
	}
	if load.ProjectDirectory != "" {
		load.ProjectDirectory = absolute(dir, load.ProjectDirectory)[0]
	}
	if len(load.Files) == 0 {
		load.Files = filesFromEnvironment(dir)
	}
	if len(load.Files) > 0 {
		return load, nil
	}
	if cfg != nil {
		applyConfiguration(&load, cfg, root)
	}
	if len(load.Files) > 0 {
		return load, nil
	}
	load.WorkingDir, load.Files, err = findComposeFiles(dir, root)
	return load, err
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
	return absolute(dir, strings.Split(value, separator)...)
}

// absolute makes paths absolute that were written in a directory.
func absolute(dir string, paths ...string) []string {
	var all []string
	for _, p := range paths {
		if !filepath.IsAbs(p) {
			p = filepath.Join(dir, p)
		}
		all = append(all, p)
	}
	return all
}

// applyConfiguration fills what the flags left open.
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

func orDot(dir string) string {
	if dir == "" {
		return "."
	}
	return dir
}
