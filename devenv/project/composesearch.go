package project

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"devenv/devenv/config"
	"devenv/devenv/discover"
	"devenv/devenv/report"
)

// composeNames are the names Compose looks for, in order.
var composeNames = []string{ //nolint:gochecknoglobals // a constant list
	"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml",
}

// composeDepth is how many levels below the root to search for a Compose file if Compose itself finds none.
const composeDepth = 3

// findComposeFiles returns the directory where Compose finds its file, searching upwards from dir; or else the
// directory of the only one in the repository, or the only file with a name Compose does not look for. Otherwise it
// returns a usage failure that names the candidates. No files means those Compose finds in the directory, overrides
// included.
func findComposeFiles(dir, root string) (project string, files []string, err error) {
	for at := dir; ; at = filepath.Dir(at) {
		if here := composeFilesIn(at); len(here) > 1 {
			return "", nil, ambiguousCompose(here, dir, root)
		} else if len(here) == 1 {
			return at, nil, nil
		}
		if at == root || at == filepath.Dir(at) {
			break
		}
	}
	found := composeFilesBelow(root, composeDepth)
	candidates := development(found.usual, root)
	if len(candidates) == 1 && (len(found.usual) > 1 || !notForDevelopment(candidates[0], root)) {
		return filepath.Dir(candidates[0]), nil, nil
	}
	if len(candidates) == 0 {
		candidates = development(found.other, root)
	}
	switch {
	case len(candidates) == 0:
		return "", nil, report.Fail(report.KindUsage,
			"name it: devenv -f path/to/compose.yaml …, or in .devenv.yaml:\n    compose: {files: [path/to/compose.yaml]}",
			"find the Compose file: none in %s, its parents, or the directories below %s", dir, root)
	case len(candidates) == 1 && !notForDevelopment(candidates[0], root):
		return filepath.Dir(candidates[0]), candidates, nil
	}
	return "", nil, ambiguousCompose(candidates, dir, root)
}

// development drops Compose files that are not for development, unless that leaves none.
func development(candidates []string, root string) []string {
	var kept []string
	for _, c := range candidates {
		if !notForDevelopment(c, root) {
			kept = append(kept, c)
		}
	}
	if len(kept) == 0 {
		return candidates
	}
	return kept
}

// otherPurposeWords are words in the paths of Compose files for tests, deployments or demonstrations.
var otherPurposeWords = []string{ //nolint:gochecknoglobals // a constant list
	"test", "tests", "testing", "e2e", "ci", "integration", "example", "examples", "sample", "samples", "demo", "doc", "docs", "fixtures",
	"deploy", "deployment", "deployments", "deploys", "prod", "production", "stage", "staging", "ha", "cluster", "swarm", "release",
	"benchmark", "benchmarks", "bench", "monitoring", "observability", "template", "templates", "override",
}

// notForDevelopment reports whether a Compose file is not for development, judging by its path.
func notForDevelopment(file, root string) bool {
	words := strings.FieldsFunc(strings.ToLower(InRepository(root, file)), func(c rune) bool { return strings.ContainsRune("/.-_", c) })
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(otherPurposeWords, w) })
}

// ambiguousCompose returns a failure with the candidates and the lines that choose one. The paths in the lines are
// relative to the nearest configuration, or to the root if none exists yet.
func ambiguousCompose(candidates []string, dir, root string) error {
	home := root
	if file, ok := config.Find(dir, root); ok {
		home = filepath.Dir(file)
	}
	var names, lines []string
	for _, c := range candidates {
		names = append(names, InRepository(root, c))
		written, err := filepath.Rel(home, c)
		if err != nil {
			written = c
		}
		lines = append(lines, "    compose: {files: ["+filepath.ToSlash(written)+"]}")
	}
	if len(names) == 1 {
		return report.Fail(report.KindUsage, "if it is the right one, write into .devenv.yaml:\n"+lines[0],
			"find the Compose file: there is only %s, and its path suggests that it is not for development", names[0])
	}
	return report.Fail(report.KindUsage, "choose one with one of these lines in .devenv.yaml:\n"+strings.Join(lines, "\n"),
		"%w", discover.Ask(lines, "find the Compose file: there are %d: %s", len(names), strings.Join(names, ", ")))
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

// composeFiles are the Compose files in and below a directory: those with names Compose looks for, and others.
type composeFiles struct{ usual, other []string }

// composeFilesBelow searches the directories below dir, except hidden ones and installed packages.
func composeFilesBelow(dir string, depth int) composeFiles {
	found := composeFiles{usual: composeFilesIn(dir)}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return found
	}
	for _, e := range entries {
		name := e.Name()
		switch {
		case e.Type().IsRegular() && otherComposeName(name):
			found.other = append(found.other, filepath.Join(dir, name))
		case depth == 0 || !e.IsDir() || strings.HasPrefix(name, ".") || name == "node_modules" || name == "vendor":
		default:
			below := composeFilesBelow(filepath.Join(dir, name), depth-1)
			found.usual, found.other = append(found.usual, below.usual...), append(found.other, below.other...)
		}
	}
	slices.Sort(found.usual)
	slices.Sort(found.other)
	return found
}

// otherComposeName reports whether a name is common for Compose files that Compose itself does not look for.
func otherComposeName(name string) bool {
	extension := filepath.Ext(name)
	return (extension == ".yml" || extension == ".yaml") && strings.Contains(name, "compose") && !slices.Contains(composeNames, name)
}
