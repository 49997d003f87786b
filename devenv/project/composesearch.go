package project

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"devenv/compose"
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

// byCompose says that Compose finds the file by itself.
const byCompose = "found by Compose"

// selection is which Compose project to load, and why.
type selection struct {
	compose.LoadOptions
	from string
	// searched is set if it was chosen from several that Compose does not find.
	searched bool
}

// composeSearch finds the Compose file of a project.
type composeSearch struct {
	dir, root string
	// stacks reads what Compose files contain. It is called only if Compose finds none, or several.
	stacks func() (*discover.Stacks, error)
}

// find returns the directory where Compose finds its file, searching upwards; or else the file in the repository that
// has what devenv works with, judging by what it contains. Otherwise it returns a usage failure that names the
// candidates. No files means those Compose finds in the directory, overrides included.
func (s composeSearch) find() (selection, error) {
	for at := s.dir; ; at = filepath.Dir(at) {
		if here := composeFilesIn(at); len(here) > 0 {
			return selection{LoadOptions: compose.LoadOptions{WorkingDir: at}, from: byCompose}, s.unlessAmbiguous(here)
		}
		if at == s.root || at == filepath.Dir(at) {
			break
		}
	}
	return s.below()
}

// unlessAmbiguous returns a failure for several files in one directory, of which Compose takes the first, unless only
// that has what devenv works with.
func (s composeSearch) unlessAmbiguous(files []string) error {
	if len(files) == 1 {
		return nil
	}
	stacks, err := s.stacks()
	if err != nil {
		return err
	}
	whole := func(f string) bool { return stacks.Read(f).Whole() }
	if whole(files[0]) && !slices.ContainsFunc(files[1:], whole) {
		return nil
	}
	return s.ambiguous(files)
}

// below chooses from the files below the root.
func (s composeSearch) below() (selection, error) {
	stacks, err := s.stacks()
	if err != nil {
		return selection{}, err
	}
	found := composeFilesBelow(s.root, composeDepth)
	all := append(slices.Clone(found.usual), found.other...)
	if len(all) == 0 {
		all = slices.DeleteFunc(found.unnamed, func(f string) bool { return !stacks.Read(f).Whole() })
	}
	if len(all) == 0 {
		return selection{}, report.Fail(report.KindUsage,
			"name it: devenv -f path/to/compose.yaml …, or in .devenv.yaml:\n    compose: {files: [path/to/compose.yaml]}",
			"find the Compose file: none in %s, its parents, or the directories below %s", s.dir, s.root)
	}
	left, why := likeliest(all, stacks)
	if usual := slices.DeleteFunc(slices.Clone(left), func(f string) bool { return !slices.Contains(found.usual, f) }); len(usual) > 0 {
		left = usual
	}
	if len(left) > 1 {
		return selection{}, s.ambiguous(left)
	}
	out := selection{LoadOptions: compose.LoadOptions{WorkingDir: filepath.Dir(left[0])}, from: why, searched: len(all) > 1}
	if !slices.Contains(found.usual, left[0]) {
		out.Files = left
	}
	return out, nil
}

// likeliest returns the files with most of what devenv works with, and what that is.
func likeliest(files []string, stacks *discover.Stacks) (left []string, why string) {
	read := map[string]discover.Stack{}
	for _, f := range files {
		read[f] = stacks.Read(f)
	}
	which := "the only one of " + fmt.Sprint(len(files)) + " Compose files with "
	for _, reason := range []struct {
		has  string
		pass func(discover.Stack) bool
	}{
		{"Postgres beside a service that mounts the migrations", func(s discover.Stack) bool { return s.Postgres && s.Mounts }},
		{"Postgres beside a service that has the migrations", func(s discover.Stack) bool { return s.Postgres && s.Holds }},
		{"Postgres beside a service that builds the code", discover.Stack.Whole},
		{"Postgres", func(s discover.Stack) bool { return s.Postgres }},
		{"a service that has the code", discover.Stack.Code},
	} {
		for _, f := range files {
			if reason.pass(read[f]) {
				left = append(left, f)
			}
		}
		if len(left) > 0 && len(files) > 1 {
			return left, which + reason.has
		}
	}
	return files, "the only Compose file in the repository"
}

// ambiguous returns a failure with the candidates and the lines that choose one. The paths in the lines are relative to
// the nearest configuration, or to the root if none exists yet.
func (s composeSearch) ambiguous(candidates []string) error {
	var names, lines []string
	for _, c := range candidates {
		names = append(names, InRepository(s.root, c))
		lines = append(lines, "    "+s.line(c))
	}
	return report.Fail(report.KindUsage, "choose one with one of these lines in .devenv.yaml:\n"+strings.Join(lines, "\n"),
		"%w", discover.Ask(lines, "find the Compose file: there are %d: %s", len(names), strings.Join(names, ", ")))
}

// line returns the line of the configuration that chooses Compose files.
func (s composeSearch) line(files ...string) string {
	home := s.root
	if file, ok := config.Find(s.dir, s.root); ok {
		home = filepath.Dir(file)
	}
	var written []string
	for _, f := range files {
		rel, err := filepath.Rel(home, f)
		if err != nil {
			rel = f
		}
		written = append(written, filepath.ToSlash(rel))
	}
	return "compose: {files: [" + strings.Join(written, ", ") + "]}"
}

// elsewhere returns a hint with the files that have what those lack that Compose finds, before the hint there is.
func (s composeSearch) elsewhere(stacks *discover.Stacks, files []string, hint string) string {
	this := stacks.Read(files...)
	if this.Whole() {
		return hint
	}
	var has, lines []string
	for _, other := range stacks.Elsewhere(files) {
		has = append(has, InRepository(s.root, other.Files[len(other.Files)-1])+" "+other.Has)
		lines = append(lines, "    "+s.line(other.Files...))
	}
	if len(has) == 0 {
		return hint
	}
	lacks := "no service with the code"
	if !this.Postgres {
		lacks = "no Postgres"
	}
	return InRepository(s.root, files[0]) + " has " + lacks + "; " + strings.Join(has, "; ") + ". To use it, write into .devenv.yaml:\n" +
		strings.Join(lines, "\n") + "\notherwise " + hint
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
