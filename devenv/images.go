package devenv

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/report"
)

// ensureImages brings the images of some services: what is built is built under a tag that names its content, so that a
// known one is not built again and the user's own tags stay; what is pulled is pulled where it is missing.
func (s *side) ensureImages(ctx context.Context, services []string, log *stepLog) error {
	// One at a time: the base's and the branch's images share most of their layers, which the second then finds.
	s.place.building.Lock()
	defer s.place.building.Unlock()
	var build []string
	for _, name := range services {
		service, ok := s.model.Services[name]
		if !ok {
			return report.Fail(report.KindUsage, "", "the %s tree's Compose project has no service %q", s.name, name)
		}
		switch {
		case service.Build != nil:
			known, err := s.nameImage(ctx, service)
			if err != nil {
				return err
			}
			if !known {
				build = append(build, name)
			}
		default:
			if err := s.pull(ctx, service, log); err != nil {
				return err
			}
		}
	}
	if len(build) == 0 {
		return nil
	}
	iso, err := s.isolate("build-"+s.name, "", build...)
	if err != nil {
		return err
	}
	return s.place.client.Build(ctx, iso.Project, build, log.line)
}

// nameImage gives a built service its tag and says whether that image is there already.
func (s *side) nameImage(ctx context.Context, service types.ServiceConfig) (bool, error) {
	key, err := s.buildKey(ctx, service)
	if err != nil {
		return false, err
	}
	tag := "devenv/build:" + key
	s.mu.Lock()
	s.images[service.Name] = tag
	s.mu.Unlock()
	_, known, err := s.place.engine.ImageInspect(ctx, tag)
	return known, err
}

// buildKey is a hash of what makes the image: the context's files and the build section.
func (s *side) buildKey(ctx context.Context, service types.ServiceConfig) (string, error) {
	section, err := json.Marshal(service.Build)
	if err != nil {
		return "", fmt.Errorf("read the build section of %s: %w", service.Name, err)
	}
	inputs := []string{strings.ReplaceAll(string(section), s.tree.Dir(), "<tree>"), string(service.Platform)}
	rel, err := filepath.Rel(s.tree.Dir(), service.Build.Context)
	if err != nil || strings.HasPrefix(rel, "..") {
		inputs = append(inputs, s.place.runID) // a context outside the repository cannot be known
		return digest(inputs...)[:16], nil
	}
	under := filepath.ToSlash(rel)
	if under == "." {
		under = ""
	}
	files, err := s.place.repo.Files(ctx, s.treeID, under)
	if err != nil {
		return "", err
	}
	for _, f := range files {
		inputs = append(inputs, f.Path, f.Mode, f.ID)
	}
	return digest(inputs...)[:16], nil
}

// pull brings the image of a service that is not built.
func (s *side) pull(ctx context.Context, service types.ServiceConfig, log *stepLog) error {
	e := s.place.engine
	if _, known, err := e.ImageInspect(ctx, service.Image); err != nil || known {
		return err
	}
	log.line("pulling " + service.Image)
	if err := e.Pull(ctx, service.Image, log.line); err != nil {
		return report.Fail(report.KindWork, "", "bring the image of %s: %w", service.Name, err)
	}
	return nil
}
