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

// Tree is a checkout that images are built from.
type Tree struct {
	// Dir is where it lies, absolute.
	Dir string
	// Files are those that may count.
	Files []File
	// Elsewhere maps a path that leads out of the tree to where it is on this machine.
	Elsewhere func(string) string
	// Platform is the engine's, "linux/amd64".
	Platform string
}

// Place is a directory or a file that something is made from, relative to the tree where it lies in there, with the files
// that count.
type Place struct {
	What, Path string
	Files      []File
}

// Build is what an image is built from.
type Build struct {
	// Section is the Compose file's build section and platform as JSON, the same wherever the tree lies.
	Section string
	Places  []Place
	Images  []Image
	// Remote are the contexts that the builder fetches itself: what they hold is not known.
	Remote []string
}

// BuildOf tells what the image of a service is built from, the images of other services that it is made of included.
func (t Tree) BuildOf(p *types.Project, service string) (Build, error) {
	b := &building{tree: t, project: p}
	err := b.service(p.AllServices()[service])
	return b.result, err
}

// building is a Build being put together.
type building struct {
	tree    Tree
	project *types.Project
	above   []string // services whose builds this one is part of
	result  Build
}

func (b *building) service(s types.ServiceConfig) error {
	section, args := *s.Build, b.arguments(s)
	section.Args = nil
	section.Tags, section.CacheFrom, section.CacheTo = nil, nil, nil // they change nothing in the image
	written, err := json.Marshal([]any{section, args, s.Platform})
	if err != nil {
		return err
	}
	b.result.Section += b.tree.Placeless(string(written))
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
		dockerfile = b.tree.onMachine(inContext(section.Context, section.Dockerfile))
		if content, err = os.ReadFile(dockerfile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := b.place("Dockerfile", dockerfile, nil); err != nil {
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
	return b.place("build context", section.Context, ignored)
}

// inContext returns where the Dockerfile of a context lies.
func inContext(context, dockerfile string) string {
	switch {
	case dockerfile == "":
		return filepath.Join(context, "Dockerfile")
	case filepath.IsAbs(dockerfile):
		return dockerfile
	}
	return filepath.Join(context, dockerfile)
}

// additional takes the named contexts: images of other services, images, directories.
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

// context takes a named context that is no image. What its own .dockerignore says is left to the builder: all of it counts.
func (b *building) context(where string) error {
	if !filepath.IsAbs(where) {
		b.result.Remote = append(b.result.Remote, where)
		return nil
	}
	return b.place("build context", where, nil)
}

// image takes an image, for the service's platform unless the Dockerfile names one.
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

// place takes what lies at a path, as git has it where it lies in the tree, but what is ignored.
func (b *building) place(what, where string, ignored *patterns) error {
	rel, files, err := b.tree.at(where)
	if err == nil && ignored != nil {
		files, err = ignoring(files, rel, ignored)
	}
	b.result.Places = append(b.result.Places, Place{What: what, Path: rel, Files: files})
	return err
}
