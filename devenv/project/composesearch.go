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

// composeNames are the names Compose looks for, in its order.
var composeNames = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"} //nolint:gochecknoglobals // a constant list

// composeDepth is how many directories below the root a Compose file is looked for when Compose itself finds none.
const composeDepth = 3

// findComposeFiles returns the directory where Compose finds its file, looking from dir upwards, else the directory of the
// only one in the repository, or the only file of a name that Compose does not look for; it is a usage failure that names
// the candidates otherwise. No files means those that Compose finds in the directory, overrides included.
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
	if len(candidates) == 1 && (len(found.usual) > 1 || !aside(candidates[0], root)) {
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
	case len(candidates) == 1 && !aside(candidates[0], root):
		return filepath.Dir(candidates[0]), candidates, nil
	}
	return "", nil, ambiguousCompose(candidates, dir, root)
}

// development leaves out Compose files that are for something beside development, unless nothing else is there.
func development(candidates []string, root string) []string {
	var kept []string
	for _, c := range candidates {
		if !aside(c, root) {
			kept = append(kept, c)
		}
	}
	if len(kept) == 0 {
		return candidates
	}
	return kept
}

// asideWords are words of paths whose Compose files are for tests, deployments or show.
var asideWords = []string{ //nolint:gochecknoglobals // a constant list
	"test", "tests", "testing", "e2e", "ci", "integration", "example", "examples", "sample", "samples", "demo", "doc", "docs", "fixtures",
	"deploy", "deployment", "deployments", "deploys", "prod", "production", "stage", "staging", "ha", "cluster", "swarm", "release", "benchmark",
	"benchmarks", "bench", "monitoring", "observability", "template", "templates", "override",
}

// aside says by its path that a Compose file is for something beside development.
func aside(file, root string) bool {
	words := strings.FieldsFunc(strings.ToLower(InRepository(root, file)), func(c rune) bool { return strings.ContainsRune("/.-_", c) })
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(asideWords, w) })
}

// ambiguousCompose names the candidates and the lines that choose; the paths of a line are relative to the nearest
// configuration, which may not exist yet: then it goes to the root.
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
		return report.Fail(report.KindUsage, "if it is, write into .devenv.yaml:\n"+lines[0],
			"find the Compose file: there is only %s, and its path says that it is not for development", names[0])
	}
	return report.Fail(report.KindUsage, "say which, by one of these lines in .devenv.yaml:\n"+strings.Join(lines, "\n"),
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

// composeFiles are Compose files of a directory and those below: with names that Compose looks for, and with others.
type composeFiles struct{ usual, other []string }

// composeFilesBelow looks into the directories below dir, hidden ones and installed packages left out.
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

// otherComposeName says whether a name is one that people give to Compose files beside those that Compose looks for.
func otherComposeName(name string) bool {
	extension := filepath.Ext(name)
	return (extension == ".yml" || extension == ".yaml") && strings.Contains(name, "compose") && !slices.Contains(composeNames, name)
}
