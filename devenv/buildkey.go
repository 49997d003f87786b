package devenv

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// buildKey is a hash of what makes a service's image: the build section and the files of its contexts, as git has them.
// prepared adds those that the configuration's commands made in the tree, which git ignores; where they are not there yet,
// the commands stand for them.
func (s *side) buildKey(ctx context.Context, service types.ServiceConfig, prepared bool) (string, error) {
	inputs, err := s.buildInputs(ctx, service, prepared, nil)
	if err != nil {
		return "", fmt.Errorf("read what the image of %s is built from: %w", service.Name, err)
	}
	return digest(inputs...)[:16], nil
}

// buildInputs lists what makes an image; above are the services whose builds this one is part of.
func (s *side) buildInputs(ctx context.Context, service types.ServiceConfig, prepared bool, above []string) ([]string, error) {
	section, err := json.Marshal(service.Build)
	if err != nil {
		return nil, err
	}
	inputs := []string{strings.ReplaceAll(string(section), s.tree.Dir(), "<tree>"), service.Platform}
	b, places := service.Build, []string{service.Build.Context}
	if file := b.Dockerfile; file != "" && b.DockerfileInline == "" && filepath.IsAbs(file) {
		places = append(places, file)
	}
	for _, name := range slices.Sorted(maps.Keys(b.AdditionalContexts)) {
		where := b.AdditionalContexts[name]
		other, isService := strings.CutPrefix(where, types.ServicePrefix)
		switch dependency, ok := s.model.Services[other]; {
		case isService && ok && dependency.Build != nil && !slices.Contains(above, other):
			of, err := s.buildInputs(ctx, dependency, prepared, append(above, service.Name))
			if err != nil {
				return nil, err
			}
			inputs = append(inputs, of...)
		case filepath.IsAbs(where):
			places = append(places, where)
		}
	}
	for _, place := range places {
		files, err := s.fileInputs(ctx, place, prepared)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, files...)
	}
	return inputs, nil
}

// fileInputs lists the files at a place of the tree, with their content's hashes.
func (s *side) fileInputs(ctx context.Context, place string, prepared bool) ([]string, error) {
	rel, err := filepath.Rel(s.tree.Dir(), place)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return []string{s.place.runID}, nil // what lies outside the repository cannot be known
	}
	under := filepath.ToSlash(rel)
	if under == "." {
		under = ""
	}
	files, err := s.place.repo.Files(ctx, s.treeID, under)
	if err != nil {
		return nil, err
	}
	var inputs []string
	for _, f := range files {
		inputs = append(inputs, f.Path, f.Mode, f.ID)
	}
	if !prepared {
		return inputs, nil
	}
	paths, err := s.tree.Untracked(ctx, under)
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		content, err := contentOf(filepath.Join(s.tree.Dir(), filepath.FromSlash(p)))
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, p, content)
	}
	return inputs, nil
}

// contentOf hashes a file's mode and content; of a link, where it leads.
func contentOf(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	var content []byte
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		var target string
		target, err = os.Readlink(path)
		content = []byte(target)
	case info.Mode().IsRegular():
		content, err = os.ReadFile(path)
	}
	return digest(info.Mode().String(), string(content)), err
}
