package inputs

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Tree is a checkout to build images from.
type Tree struct {
	// Dir is the tree's directory, absolute.
	Dir string
	// Files are those that may count.
	Files []File
	// Elsewhere maps a path that leads out of the tree to its path on this machine.
	Elsewhere func(string) string
	// Platform is the engine's, "linux/amd64".
	Platform string
	// CountAll counts also those files of a context that no container sees.
	CountAll bool
}

// Source is a directory or a file that something is made from, relative to the tree if it is in the tree, with the
// files that count.
type Source struct {
	What, Path string
	Files      []File
}

// Build lists what an image is built from.
type Build struct {
	// Section is the Compose file's build section and platform as JSON, independent of the tree's path.
	Section string
	Sources []Source
	Images  []Image
	// Remote are contexts that the builder fetches itself: their content is unknown.
	Remote []string
	// Unseen is set if files of a context do not count because no container sees them. It holds as long as no image has
	// instructions for what is built on it.
	Unseen bool
}

// BuildOf returns what the image of a service is built from, including the images of other services that it builds
// on.
func (t Tree) BuildOf(p *types.Project, service string) (Build, error) {
	b := &building{tree: t, project: p}
	err := b.service(p.AllServices()[service])
	return b.result, err
}

// building is a Build under construction.
type building struct {
	tree    Tree
	project *types.Project
	above   []string // services whose builds this one is part of
	result  Build
}

func (b *building) service(s types.ServiceConfig) error {
	section, args := *s.Build, b.arguments(s)
	section.Args = nil
	section.Tags, section.CacheFrom, section.CacheTo = nil, nil, nil // they do not affect the image
	written, err := json.Marshal([]any{section, args, s.Platform})
	if err != nil {
		return err
	}
	b.result.Section += b.tree.WithoutPaths(string(written))
	if err := b.additional(s); err != nil {
		return err
	}
	if !filepath.IsAbs(section.Context) {
		b.result.Remote = append(b.result.Remote, section.Context)
		return nil
	}
	dockerfile := ""
	content := []byte(section.DockerfileInline)
	if section.DockerfileInline == "" {
		dockerfile = b.tree.onMachine(DockerfilePath(&section))
		if content, err = os.ReadFile(dockerfile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := b.source("Dockerfile", dockerfile, nil); err != nil {
			return err
		}
	}
	for _, image := range imagesOf(content, section.Target, b.withPlatforms(args, s.Platform), section.AdditionalContexts) {
		b.image(image, s.Platform)
	}
	ignored, err := dockerignore(b.tree.onMachine(section.Context), dockerfile)
	if err != nil {
		return err
	}
	if err := b.source("build context", section.Context, ignored); err != nil {
		return err
	}
	if seen := b.seen(s, content); seen != nil {
		b.result.Unseen = true
		context := &b.result.Sources[len(b.result.Sources)-1]
		context.Files = slices.DeleteFunc(slices.Clone(context.Files), func(f File) bool { return !seen(below(context.Path, f.Path)) })
	}
	return nil
}

// below returns the path of a file in a directory of the tree, relative to that.
func below(dir, file string) string {
	if dir == "." {
		return file
	}
	return strings.TrimPrefix(strings.TrimPrefix(file, dir), "/")
}

// DockerfilePath returns the path of a build's Dockerfile, which is relative to its context unless absolute.
func DockerfilePath(b *types.BuildConfig) string {
	switch {
	case b.Dockerfile == "":
		return filepath.Join(b.Context, "Dockerfile")
	case filepath.IsAbs(b.Dockerfile):
		return b.Dockerfile
	}
	return filepath.Join(b.Context, b.Dockerfile)
}

// additional adds the named contexts: images of other services, images, directories.
func (b *building) additional(s types.ServiceConfig) error {
	for _, name := range slices.Sorted(maps.Keys(s.Build.AdditionalContexts)) {
		where := s.Build.AdditionalContexts[name]
		if ref, ok := strings.CutPrefix(where, "docker-image://"); ok {
			b.image(Image{Ref: ref}, s.Platform)
			continue
		}
		other, isService := strings.CutPrefix(where, types.ServicePrefix)
		if !isService {
			if err := b.context(where); err != nil {
				return err
			}
			continue
		}
		dependency, ok := b.project.AllServices()[other]
		if !ok || dependency.Build == nil || slices.Contains(b.above, other) || other == s.Name {
			continue
		}
		b.above = append(b.above, s.Name)
		if err := b.service(dependency); err != nil {
			return err
		}
		b.above = b.above[:len(b.above)-1]
	}
	return nil
}

// context adds a named context that is not an image. All of it counts, since its own .dockerignore is left to the
// builder.
func (b *building) context(where string) error {
	if !filepath.IsAbs(where) {
		b.result.Remote = append(b.result.Remote, where)
		return nil
	}
	return b.source("build context", where, nil)
}

// image adds an image, for the service's platform unless the Dockerfile names one.
func (b *building) image(image Image, platform string) {
	if image.Platform == "" {
		image.Platform = platform
	}
	if image.Platform == b.tree.Platform {
		image.Platform = ""
	}
	if !slices.Contains(b.result.Images, image) {
		b.result.Images = append(b.result.Images, image)
	}
}

// arguments returns a build's arguments; one without a value has the environment's.
func (b *building) arguments(s types.ServiceConfig) map[string]string {
	args := map[string]string{}
	for name, value := range s.Build.Args {
		if value != nil {
			args[name] = *value
		} else if inherited, ok := b.project.Environment[name]; ok {
			args[name] = inherited
		}
	}
	return args
}

// withPlatforms adds the arguments that every builder sets.
func (b *building) withPlatforms(args map[string]string, platform string) map[string]string {
	all := map[string]string{}
	for prefix, value := range map[string]string{"BUILD": b.tree.Platform, "TARGET": platform} {
		if value == "" {
			value = b.tree.Platform
		}
		os, arch, _ := strings.Cut(value, "/")
		arch, variant, _ := strings.Cut(arch, "/")
		all[prefix+"PLATFORM"], all[prefix+"OS"], all[prefix+"ARCH"], all[prefix+"VARIANT"] = value, os, arch, variant
	}
	maps.Copy(all, args)
	return all
}

// source adds the files at a path that are not ignored, as git has them if the path is in the tree.
func (b *building) source(what, where string, ignored *patterns) error {
	rel, files, err := b.tree.at(where)
	if err == nil && ignored != nil {
		files, err = ignoring(files, rel, ignored)
	}
	b.result.Sources = append(b.result.Sources, Source{What: what, Path: rel, Files: files})
	return err
}
