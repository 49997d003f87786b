package inputs

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Base describes how a base is made.
type Base struct {
	Tree
	// Project is the base's Compose model, Services are those that take part in making the base.
	Project  *types.Project
	Services []string
	// Mounted are the files that the services see besides their images, Code are the tree's paths that the migration
	// tool reads.
	Mounted []Mount
	Code    []string
	// Whole means that anything in the tree may be read.
	Whole   bool
	LeftOut LeftOut
}

// Mount is what a service mounts or gets: a path in the tree, or the content of a secret or config at a path in its
// container.
type Mount struct {
	Service, Path string
	Content       []byte
	Target        string
}

// Named is an image that something is made from, and what names it. Needed means that nothing works without it; an
// image that a Dockerfile names may exist only in its builder.
type Named struct {
	Image
	From   string
	Needed bool
}

// Inputs lists what makes the base, except for the images, which it returns by name for an engine to identify.
func (b Base) Inputs() ([]Input, []Named, error) {
	l := &listing{base: b}
	for _, list := range []func() error{l.model, l.builds, l.mounts, l.rest} {
		if err := list(); err != nil {
			return nil, nil, err
		}
	}
	return l.inputs, l.images, nil
}

// listing is a list of inputs under construction.
type listing struct {
	base   Base
	inputs []Input
	images []Named
}

// add adds an input once.
func (l *listing) add(input Input) {
	known := func(i Input) bool { return i.What == input.What && i.Value == input.Value && i.ID == input.ID }
	if !slices.ContainsFunc(l.inputs, known) {
		l.inputs = append(l.inputs, input)
	}
}

func (l *listing) builds() error {
	for _, name := range l.base.Services {
		if l.base.Project.AllServices()[name].Build == nil {
			continue
		}
		tree := l.base.Tree
		tree.CountAll = true
		build, err := tree.BuildOf(l.base.Project, name)
		if err != nil {
			return fmt.Errorf("read what the image of %s is built from: %w", name, err)
		}
		l.add(Input{What: "build section", Value: "of " + name, From: "Compose model", ID: hashed(build.Section), Secret: true})
		for _, remote := range build.Remote {
			l.add(Input{What: "build context", Value: nameOf(remote), From: name, ID: remote, Secret: true})
		}
		for _, place := range build.Sources {
			if err := l.source(place, name); err != nil {
				return err
			}
		}
		for _, image := range build.Images {
			l.images = append(l.images, Named{Image: image, From: "Dockerfile of " + name})
		}
	}
	return nil
}

// credentials matches credentials in the address of a remote context: a user with a token, and a query.
var credentials = regexp.MustCompile(`^([A-Za-z+.-]+://)?[^/]*@|\?[^#]*`)

// nameOf returns the address of a remote context without credentials, for people and for labels, which others can
// read.
func nameOf(remote string) string { return credentials.ReplaceAllString(remote, "$1") }

func (l *listing) mounts() error {
	for _, m := range l.base.Mounted {
		if m.Path == "" {
			l.add(Input{What: "file", Value: m.Target, From: m.Service, ID: hashed(string(m.Content)), Secret: true})
			continue
		}
		if err := l.source(Source{What: "mounted", Path: m.Path, Files: Under(l.base.Files, m.Path)}, m.Service); err != nil {
			return err
		}
	}
	return nil
}

// rest lists what counts regardless of the service.
func (l *listing) rest() error {
	for i, path := range l.base.Code {
		around := func(other string) bool { return other != path && within(path, other) }
		if path == "" || slices.ContainsFunc(l.base.Code, around) || slices.Contains(l.base.Code[:i], path) {
			continue
		}
		if err := l.source(Source{What: "migrations", Path: path, Files: Under(l.base.Files, path)}, "the migration tool"); err != nil {
			return err
		}
	}
	if l.base.Whole {
		if err := l.source(Source{What: "the whole tree", Path: ".", Files: l.base.Files}, "prepare may read anything"); err != nil {
			return err
		}
	}
	included, err := l.base.LeftOut.Included(l.base.Files)
	if err != nil || len(included) == 0 {
		return err
	}
	return l.source(Source{What: "included", Path: "", Files: included}, "base_inputs.include")
}

// source lists those files of a source that count. A file that is named explicitly always counts.
func (l *listing) source(p Source, from string) error {
	count := p.Files
	if len(p.Files) != 1 || p.Files[0].Path != p.Path {
		var err error
		if count, err = l.base.LeftOut.Rest(p.Files); err != nil {
			return err
		}
	}
	l.add(Input{
		What: p.What, Value: p.shown(count), From: from, ID: Digest(count),
		Secret: slices.ContainsFunc(count, func(f File) bool { return f.Untracked }),
	})
	return nil
}

// shown names a source, and how many of its files count.
func (p Source) shown(count []File) string {
	files := fmt.Sprintf("%d files", len(count))
	if len(count) == 1 {
		files = "1 file"
	}
	switch out := len(p.Files) - len(count); {
	case len(count) == 1 && count[0].Path == p.Path:
		return p.Path
	case out > 0:
		return fmt.Sprintf("%s (%s, %d left out)", p.Path, files, out)
	}
	return fmt.Sprintf("%s (%s)", p.Path, files)
}

// model lists the Compose model of the services that take part, without what throwaway containers do not have: the
// user's ports, names and labels. It includes values from env files.
func (l *listing) model() error {
	enabled, err := l.base.Project.WithServicesEnabled(l.base.Services...)
	if err != nil {
		return err
	}
	selected, err := enabled.WithSelectedServices(l.base.Services, types.IgnoreDependencies)
	if err != nil {
		return err
	}
	selected = selected.WithoutUnnecessaryResources()
	selected.Extensions = nil
	for name, s := range selected.Services {
		selected.Services[name] = l.normalized(s)
	}
	written, err := selected.MarshalJSON()
	if err != nil {
		return fmt.Errorf("read the base's Compose model: %w", err)
	}
	l.add(Input{
		What: "Compose model", Value: "of " + strings.Join(l.base.Services, ", "), From: "the services that take part",
		ID: hashed(l.base.WithoutPaths(string(written))), Secret: true,
	})
	return nil
}

// normalized returns a service without settings that differ between users and do not matter in a throwaway container.
func (l *listing) normalized(s types.ServiceConfig) types.ServiceConfig {
	for i := range s.Ports {
		s.Ports[i].Published, s.Ports[i].HostIP = "", ""
	}
	for i, m := range s.Volumes {
		if _, inside := l.base.Relative(m.Source); m.Type == types.VolumeTypeBind && !inside {
			s.Volumes[i].Source = ""
		}
	}
	s.ContainerName, s.Labels, s.LabelFiles, s.EnvFiles, s.Extensions = "", nil, nil, nil, nil
	s.Build, s.Develop, s.Logging, s.PullPolicy, s.Profiles = nil, nil, nil, "", nil
	return s
}

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
