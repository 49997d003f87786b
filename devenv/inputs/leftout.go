package inputs

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// LeftOut tells the files that make no base though they lie where others do: those for people, their editors and the
// repository's host.
type LeftOut struct{ include, exclude *patterns }

// NewLeftOut reads patterns as in .dockerignore, relative to the tree: files that count all the same, and further ones that do
// not. Of a file that both match, include decides.
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

// Included returns the files of a tree that count wherever they lie.
func (l LeftOut) Included(files []File) ([]File, error) {
	if len(l.include.matcher.Patterns()) == 0 {
		return nil, nil
	}
	return keep(files, l.include.match)
}

// Rest returns the files that count.
func (l LeftOut) Rest(files []File) ([]File, error) {
	return keep(files, func(name string) (bool, error) {
		out := usuallyOut(name)
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

// licence is what a licence's text is called, LICENSE-APACHE-2.0.txt say: LICENSE_TYPES.csv and LICENSES.sql are data.
var licence = regexp.MustCompile(`^LICEN[SC]E(-\w+)*(-\d+(\.\d+)*)?(\.(txt|rst))?$`)

// usuallyOut reports whether a file is one for people: Markdown (also where a Dockerfile copies it, as packages want their README),
// licences, what belongs to editors and to the repository's host, and devenv's own configuration, whose values count by
// themselves.
func usuallyOut(name string) bool {
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
