package testbed

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"devenv/devenv/database"
	"devenv/devenv/inputs"
	"devenv/devenv/scratch"
)

// builtScripts adds the scripts that a service's Dockerfile copies to where they run, by their path in the build's
// context.
func builtScripts(scripts map[string]initScript, s *scratch.Checkout, name string) error {
	build := s.Model.Services[name].Build
	if build == nil || !filepath.IsAbs(build.Context) {
		return nil
	}
	text := []byte(build.DockerfileInline)
	if len(text) == 0 {
		content, err := os.ReadFile(inputs.DockerfilePath(build))
		if err != nil {
			return fmt.Errorf("look for init scripts: %w", err)
		}
		text = content
	}
	built := map[string]initScript{}
	for _, source := range copiedScripts(text) {
		found, err := fs.Glob(os.DirFS(build.Context), source)
		if err != nil {
			continue // the builder reports a bad pattern
		}
		for _, rel := range found {
			if err := addScripts(built, s, rel, filepath.Join(build.Context, filepath.FromSlash(rel))); err != nil {
				return err
			}
		}
	}
	excluded, err := inputs.Excluded(build)
	if err != nil {
		return err
	}
	for rel, script := range built {
		if out, err := excluded(rel); err != nil || !out { // the builder reports a bad pattern
			scripts[rel] = script
		}
	}
	return nil
}

// copiedScripts returns the sources in the build's context, which may be patterns, that a Dockerfile copies to where
// the image runs init scripts. A Dockerfile that cannot be parsed has none: the builder reports what is wrong with
// it.
func copiedScripts(dockerfile []byte) []string {
	result, err := parser.Parse(bytes.NewReader(dockerfile))
	if err != nil {
		return nil
	}
	var sources []string
	for _, node := range result.AST.Children {
		fromElsewhere := slices.ContainsFunc(node.Flags, func(flag string) bool { return strings.HasPrefix(flag, "--from=") })
		if !slices.Contains([]string{"COPY", "ADD"}, strings.ToUpper(node.Value)) || fromElsewhere {
			continue
		}
		var words []string
		for n := node.Next; n != nil; n = n.Next {
			words = append(words, n.Value)
		}
		last := len(words) - 1
		if last < 1 || !database.IsInitScript(path.Join(words[last], "script")) {
			continue
		}
		for _, source := range words[:last] {
			rooted := path.Clean("/" + source) // nothing above the context can be copied
			sources = append(sources, path.Join(".", strings.TrimPrefix(rooted, "/")))
		}
	}
	return sources
}
