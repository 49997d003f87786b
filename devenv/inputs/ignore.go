package inputs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// patterns matches paths against patterns as in .dockerignore. It caches results for directories.
type patterns struct {
	matcher *patternmatcher.PatternMatcher
	dirs    map[string]directory
}

// directory is the result for a directory.
type directory struct {
	matched bool
	info    patternmatcher.MatchInfo
}

// newPatterns parses patterns; an empty list matches nothing.
func newPatterns(list []string) (*patterns, error) {
	matcher, err := patternmatcher.New(list)
	if err != nil {
		return nil, err
	}
	return &patterns{matcher: matcher, dirs: map[string]directory{}}, nil
}

// match reports whether a path or one of its parent directories matches.
func (p *patterns) match(name string) (bool, error) {
	if len(p.matcher.Patterns()) == 0 {
		return false, nil
	}
	around, err := p.directory(path.Dir(name))
	if err != nil {
		return false, err
	}
	if around.matched && !p.matcher.Exclusions() {
		return true, nil
	}
	matched, _, err := p.matcher.MatchesUsingParentResults(name, around.info)
	return matched, err
}

func (p *patterns) directory(name string) (directory, error) {
	if name == "." || name == "/" {
		return directory{}, nil
	}
	if known, ok := p.dirs[name]; ok {
		return known, nil
	}
	around, err := p.directory(path.Dir(name))
	if err != nil {
		return directory{}, err
	}
	var d directory
	d.matched, d.info, err = p.matcher.MatchesUsingParentResults(name, around.info)
	p.dirs[name] = d
	return d, err
}

// dockerignore reads what a build excludes from a context: from the file named after the Dockerfile beside it, else
// from the context's.
func dockerignore(context, dockerfile string) (*patterns, error) {
	names := []string{context + "/.dockerignore"}
	if dockerfile != "" {
		names = append([]string{dockerfile + ".dockerignore"}, names...)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read what the build excludes: %w", err)
		}
		list, err := ignorefile.ReadAll(strings.NewReader(string(content)))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		return newPatterns(list)
	}
	return newPatterns(nil)
}

// Excluded returns whether a build leaves a file of its context out, by the file's path in the context.
func Excluded(build *types.BuildConfig) (func(name string) (bool, error), error) {
	file := ""
	if build.DockerfileInline == "" {
		file = DockerfilePath(build)
	}
	ignored, err := dockerignore(build.Context, file)
	if err != nil {
		return nil, err
	}
	return ignored.match, nil
}

// ignoring returns the files of a context that its build gets; prefix is the context's path in the tree, or "." for
// files relative to the context.
func ignoring(files []File, prefix string, ignored *patterns) ([]File, error) {
	var kept []File
	for _, f := range files {
		rel := f.Path
		if prefix != "." && within(f.Path, prefix) {
			rel = strings.TrimPrefix(f.Path[len(prefix):], "/")
		}
		if rel == "" || f.Mode == submodule && within(prefix, f.Path) { // the context is this submodule, or inside it
			kept = append(kept, f)
			continue
		}
		out, err := ignored.match(rel)
		if err != nil {
			return nil, fmt.Errorf("read what the build of %s excludes: %w", prefix, err)
		}
		if !out {
			kept = append(kept, f)
		}
	}
	return kept, nil
}
