package project

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// composeFiles are the Compose files in and below a directory: those with names Compose looks for, those that are
// called Compose files, and other YAML files that list services.
type composeFiles struct{ usual, other, unnamed []string }

// listsServices matches what every Compose file with services contains.
var listsServices = regexp.MustCompile(`(?m)^services:\s`)

// composeFilesBelow searches the directories below dir, except hidden ones, installed packages and those of templates.
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
		case e.Type().IsRegular() && isYAML(name) && !strings.Contains(name, "compose"):
			if content, err := os.ReadFile(filepath.Join(dir, name)); err == nil && listsServices.Match(content) {
				found.unnamed = append(found.unnamed, filepath.Join(dir, name))
			}
		case depth == 0 || !e.IsDir() || strings.HasPrefix(name, ".") || strings.Contains(name, "{{") ||
			name == "node_modules" || name == "vendor":
		default:
			below := composeFilesBelow(filepath.Join(dir, name), depth-1)
			found.usual, found.other = append(found.usual, below.usual...), append(found.other, below.other...)
			found.unnamed = append(found.unnamed, below.unnamed...)
		}
	}
	slices.Sort(found.usual)
	slices.Sort(found.other)
	return found
}

// otherComposeName reports whether a name is common for Compose files that Compose itself does not look for. An
// override completes another file, so it is none by itself.
func otherComposeName(name string) bool {
	return isYAML(name) && strings.Contains(name, "compose") && !slices.Contains(composeNames, name) &&
		!strings.HasSuffix(strings.TrimSuffix(name, filepath.Ext(name)), ".override")
}

func isYAML(name string) bool { return filepath.Ext(name) == ".yml" || filepath.Ext(name) == ".yaml" }
