package devenv

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"devenv/compose"
	"devenv/devenv/config"
	"devenv/devenv/report"
)

// composeNames are the names Compose looks for, in its order.
var composeNames = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"} //nolint:gochecknoglobals // a constant list

// composeDepth is how many directories below the root a Compose file is looked for when Compose itself finds none.
const composeDepth = 3

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

// findComposeFiles returns the directory where Compose finds its file, looking from dir upwards, else the only Compose file
// in the repository; it is a usage failure that names the candidates otherwise.
func findComposeFiles(dir, root string) (project string, files []string, err error) {
	for at := dir; ; at = filepath.Dir(at) {
		if here := composeFilesIn(at); len(here) > 1 {
			return "", nil, ambiguousCompose(here, root)
		} else if len(here) == 1 {
			return at, nil, nil
		}
		if at == root || at == filepath.Dir(at) {
			break
		}
	}
	candidates := composeFilesBelow(root, composeDepth)
	switch len(candidates) {
	case 0:
		return "", nil, report.Fail(report.KindUsage,
			"name it: devenv -f path/to/compose.yaml …, or in .devenv.yaml:\n    compose: {files: [path/to/compose.yaml]}",
			"find the Compose file: none in %s, its parents, or the directories below %s", dir, root)
	case 1:
		return filepath.Dir(candidates[0]), candidates, nil
	}
	return "", nil, ambiguousCompose(candidates, root)
}

// ambiguousCompose names the candidates and the line that chooses.
func ambiguousCompose(candidates []string, root string) error {
	names := make([]string, len(candidates))
	for i, c := range candidates {
		if rel, err := filepath.Rel(root, c); err == nil {
			c = filepath.ToSlash(rel)
		}
		names[i] = c
	}
	return report.Fail(report.KindUsage, "say which in .devenv.yaml:\n    compose: {files: ["+names[0]+"]}",
		"find the Compose file: there are %d: %s", len(names), strings.Join(names, ", "))
}

func composeFilesIn(dir string) []string {
	var found []string
	for _, name := range composeNames {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			found = append(found, path)
		}
	}
	return found
}

// composeFilesBelow looks into the directories below dir, hidden ones and installed packages left out.
func composeFilesBelow(dir string, depth int) []string {
	found := composeFilesIn(dir)
	if depth == 0 {
		return found
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return found
	}
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") || e.Name() == "node_modules" || e.Name() == "vendor" {
			continue
		}
		found = append(found, composeFilesBelow(filepath.Join(dir, e.Name()), depth-1)...)
	}
	slices.Sort(found)
	return found
}

func orDot(dir string) string {
	if dir == "" {
		return "."
	}
	return dir
}
