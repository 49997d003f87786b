package inputs

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// LeftOut selects files that do not affect a base although they are beside files that do: those for people, their
// editors and the repository's host.
type LeftOut struct{ include, exclude *patterns }

// NewLeftOut parses patterns as in .dockerignore, relative to the tree: files that count nevertheless, and further
// ones that do not. If both match a file, include wins.
func NewLeftOut(include, exclude []string) (LeftOut, error) {
	var l LeftOut
	var err error
	if l.include, err = newPatterns(include); err != nil {
		return l, fmt.Errorf("read base_inputs.include: %w", err)
	}
	if l.exclude, err = newPatterns(exclude); err != nil {
		return l, fmt.Errorf("read base_inputs.exclude: %w", err)
	}
	return l, nil
}

// Included returns the files of a tree that count wherever they are.
func (l LeftOut) Included(files []File) ([]File, error) {
	if len(l.include.matcher.Patterns()) == 0 {
		return nil, nil
	}
	return keep(files, l.include.match)
}

// Rest returns the files that count.
func (l LeftOut) Rest(files []File) ([]File, error) {
	return keep(files, func(name string) (bool, error) {
		out := excludedByDefault(name)
		if !out {
			var err error
			if out, err = l.exclude.match(name); err != nil {
				return false, err
			}
		}
		if !out {
			return true, nil
		}
		return l.include.match(name)
	})
}

func keep(files []File, wanted func(name string) (bool, error)) ([]File, error) {
	var kept []File
	for _, f := range files {
		ok, err := wanted(f.Path)
		if err != nil {
			return nil, fmt.Errorf("match %s: %w", f.Path, err)
		}
		if ok {
			kept = append(kept, f)
		}
	}
	return kept, nil
}

// licence matches the name of a licence text, such as LICENSE-APACHE-2.0.txt; LICENSE_TYPES.csv and LICENSES.sql are
// data.
var licence = regexp.MustCompile(`^LICEN[SC]E(-\w+)*(-\d+(\.\d+)*)?(\.(txt|rst))?$`)

// excludedByDefault reports whether a file is for people: Markdown (even if a Dockerfile copies it, as packages want
// their README), licences, files of editors and of the repository's host, and devenv's own configuration, whose
// values count separately.
func excludedByDefault(name string) bool {
	base := path.Base(name)
	switch {
	case slices.Contains([]string{".md", ".markdown"}, strings.ToLower(path.Ext(base))):
		return true
	case licence.MatchString(base):
		return true
	case slices.Contains([]string{".editorconfig", ".gitlab-ci.yml", ".devenv.yaml", ".devenv.schema.json"}, base):
		return true
	}
	if strings.HasPrefix(name, ".github/") {
		return true
	}
	slashed := "/" + name
	return strings.Contains(slashed, "/.vscode/") || strings.Contains(slashed, "/.idea/")
}
