package scratch

import (
	"context"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/devenv/builds"
	"devenv/devenv/inputs"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// EnsureImages ensures that the images of some services exist. Built ones get a tag that identifies their content, so
// that a known one is not built again and the user's own tags stay; others are pulled if missing. The tree is
// prepared first.
func (s *Checkout) EnsureImages(ctx context.Context, services []string, log *step.Log) error {
	if err := s.Prepare(ctx, log); err != nil {
		return err
	}
	// One at a time: the base's and the branch's images share most layers, so the second build finds them.
	s.Workspace.Builds.Building.Lock()
	defer s.Workspace.Builds.Building.Unlock()
	var build []string
	tags := map[string]bool{} // services that share a build need it only once
	for _, name := range append(compose.BuildContexts(s.Model, services...), services...) {
		service, ok := s.Model.AllServices()[name]
		if !ok {
			return report.Fail(report.KindUsage, "", "the %s tree's Compose project has no service %q", s.Name, name)
		}
		switch {
		case service.Build != nil:
			known, err := s.nameImage(ctx, service, log)
			if err != nil {
				return err
			}
			if tag := s.ImageOf(name); !known && !tags[tag] {
				tags[tag] = true
				build = append(build, name)
			}
		default:
			if err := s.pull(ctx, NamedImage(service), service.Name, log); err != nil {
				return err
			}
		}
	}
	if len(build) == 0 {
		return nil
	}
	// A known image that another is built from must still be in the project: the builder looks it up there.
	iso, err := s.Isolate("build-"+s.Name, "", append(compose.BuildContexts(s.Model, build...), build...)...)
	if err != nil {
		return err
	}
	s.NoteDropped(iso, true)
	s.Workspace.Builds.Built()
	if err := s.Workspace.Client.Build(ctx, iso.Project, build, log.Line); err != nil {
		return err
	}
	for _, name := range build {
		if _, err := s.Workspace.Engine.Touch(ctx, s.ImageOf(name)); err != nil {
			return err
		}
	}
	return nil
}

// nameImage gives a built service its tag, and reports whether that image already exists.
func (s *Checkout) nameImage(ctx context.Context, service types.ServiceConfig, log *step.Log) (bool, error) {
	key, err := s.BuildKey(ctx, service, s.Workspace.Prepares(), log)
	if err != nil {
		return false, err
	}
	tag := builds.Names + key
	s.mu.Lock()
	s.images[service.Name] = tag
	s.mu.Unlock()
	s.Workspace.Builds.Need(tag)
	return s.Workspace.Engine.Touch(ctx, tag)
}

// NamedImage returns the image of a service that is not built.
func NamedImage(service types.ServiceConfig) inputs.Image {
	return inputs.Image{Ref: service.Image, Platform: service.Platform}
}

// pull pulls an image that is missing for its platform.
func (s *Checkout) pull(ctx context.Context, image inputs.Image, whose string, log *step.Log) error {
	e := s.Workspace.Engine
	if _, known, err := e.ImageFor(ctx, image.Ref, image.Platform); err != nil || known {
		return err
	}
	log.Line("pulling " + image.Ref)
	if err := e.Pull(ctx, image.Ref, image.Platform, log.Line); err != nil {
		return report.Fail(report.KindWork, "", "get the image of %s: %w", whose, err)
	}
	return nil
}
