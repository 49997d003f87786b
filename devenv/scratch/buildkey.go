package scratch

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/devenv/inputs"
	"devenv/devenv/step"
)

// BuildKey returns a hash of what makes a service's image: the build section, the files of its contexts as git has
// them, and the content of the images that its Dockerfile names, which are pulled if missing. prepared adds the
// ignored files that the configuration's commands created in the tree; as long as they are missing, the commands
// stand for them.
func (s *Checkout) BuildKey(ctx context.Context, service types.ServiceConfig, prepared bool, log *step.Log) (string, error) {
	tree, err := s.InputTree(ctx)
	if err == nil && prepared {
		tree.Files, err = s.withPrepared(ctx, tree, service)
	}
	if err != nil {
		return "", err
	}
	build, err := tree.BuildOf(s.Model, service.Name)
	if err != nil {
		return "", fmt.Errorf("read what the image of %s is built from: %w", service.Name, err)
	}
	var contents []string
	for _, image := range build.Images {
		id, err := s.ImageContent(ctx, inputs.Named{Image: image, From: "Dockerfile of " + service.Name}, log)
		if err != nil {
			return "", err
		}
		contents = append(contents, id)
	}
	if build.Unseen {
		if tree.CountAll, err = s.showsContext(ctx, build.Images); err == nil && tree.CountAll {
			build, err = tree.BuildOf(s.Model, service.Name)
		}
		if err != nil {
			return "", err
		}
	}
	parts := []string{build.Section}
	for _, source := range build.Sources {
		parts = append(parts, source.What, source.Path, inputs.Digest(source.Files))
	}
	parts = append(parts, contents...)
	if len(build.Remote) > 0 {
		parts = append(parts, s.Workspace.RunID) // its current content is unknown
	}
	return inputs.Hash(parts...)[:16], nil
}

// showsContext reports whether what is built on an image may show a file of the context although a copy of it is mounted
// over: it has instructions for what is built on it, or volumes, which begin with the image's files. One that is missing
// may have some.
func (s *Checkout) showsContext(ctx context.Context, images []inputs.Image) (bool, error) {
	for _, image := range images {
		found, ok, err := s.Workspace.Engine.ImageFor(ctx, image.Ref, image.Platform)
		if err != nil || !ok || found.OnBuild() || len(found.Volumes) > 0 {
			return true, err
		}
	}
	return false, nil
}

// InputTree returns the checkout as package inputs needs it, with the files that git has.
func (s *Checkout) InputTree(ctx context.Context) (inputs.Tree, error) {
	info := s.Workspace.Engine.Info()
	tree := inputs.Tree{Dir: s.Tree.Dir(), Platform: info.OS + "/" + info.Arch, Elsewhere: s.Workspace.Isolation(s.Tree.Dir()).OnThisMachine}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listed.treeID != s.TreeID {
		files, err := s.Workspace.Repo.Files(ctx, s.TreeID, "")
		if err != nil {
			return tree, err
		}
		s.listed.treeID, s.listed.files = s.TreeID, make([]inputs.File, len(files))
		for i, f := range files {
			s.listed.files[i] = inputs.File{Path: f.Path, Mode: f.Mode, ID: f.ID}
		}
	}
	tree.Files = s.listed.files
	return tree, nil
}

// withPrepared returns a tree's files, and those in the contexts of a service's build that git does not have.
func (s *Checkout) withPrepared(ctx context.Context, tree inputs.Tree, service types.ServiceConfig) ([]inputs.File, error) {
	files, added := slices.Clone(tree.Files), map[string]bool{}
	for _, place := range s.contexts(service) {
		rel, inside := tree.Relative(place)
		if !inside {
			continue
		}
		paths, err := s.Tree.Untracked(ctx, rel)
		if err != nil {
			return nil, err
		}
		for _, p := range paths {
			if added[p] {
				continue
			}
			added[p] = true
			file, err := s.untracked(p)
			if err != nil {
				return nil, err
			}
			files = append(files, file)
		}
	}
	return files, nil
}

// untracked returns a file of the tree that git does not have.
func (s *Checkout) untracked(rel string) (inputs.File, error) {
	id, mode, err := inputs.ContentOf(filepath.Join(s.Tree.Dir(), filepath.FromSlash(rel)))
	return inputs.File{Path: rel, Mode: mode, ID: id, Untracked: true}, err
}

// contexts returns the directories that a service's image is built from, including those of the images that it builds
// on.
func (s *Checkout) contexts(service types.ServiceConfig) []string {
	var places []string
	for _, name := range append(compose.BuildContexts(s.Model, service.Name), service.Name) {
		build := s.Model.AllServices()[name].Build
		if build == nil {
			continue
		}
		places = append(places, build.Context)
		for _, where := range build.AdditionalContexts {
			places = append(places, where)
		}
	}
	return slices.DeleteFunc(places, func(p string) bool { return !filepath.IsAbs(p) })
}

// ImageContent identifies an image by its content, and pulls it if missing, so that the result is the same before and
// after. As with Compose, an existing image is the one that counts. An optional image that cannot be pulled counts by
// its name.
func (s *Checkout) ImageContent(ctx context.Context, wanted inputs.Named, log *step.Log) (string, error) {
	if _, pinned, ok := strings.Cut(wanted.Ref, "@"); ok {
		return pinned + " " + wanted.Platform, nil
	}
	if err := s.pull(ctx, wanted.Image, wanted.From, log); err != nil {
		if wanted.Needed || ctx.Err() != nil {
			return "", err
		}
		log.Line(err.Error())
		return wanted.Ref + " " + wanted.Platform, nil
	}
	image, ok, err := s.Workspace.Engine.ImageFor(ctx, wanted.Ref, wanted.Platform)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fmt.Errorf("find the image %s: it is gone", wanted.Ref)
	}
	return image.Content()
}
