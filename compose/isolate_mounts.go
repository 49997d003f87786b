package compose

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// volumes turns each mount of a service into one that touches nothing of the host.
func (i *isolating) volumes(s *types.ServiceConfig) {
	mounts := append(i.fromOthers(s), s.Volumes...)
	s.Volumes, s.VolumesFrom, s.VolumeDriver = nil, nil, ""
	for _, m := range mounts {
		switch m.Type {
		case types.VolumeTypeBind:
			i.bind(s, m)
		case types.VolumeTypeVolume:
			s.Volumes = append(s.Volumes, i.named(m))
		case types.VolumeTypeTmpfs, types.VolumeTypeImage:
			s.Volumes = append(s.Volumes, m)
		default:
			i.drop(s.Name, fmt.Sprintf("the %s mount at %s", m.Type, m.Target), "it reaches into the host")
		}
	}
}

// fromOthers are the mounts that a service takes from others.
func (i *isolating) fromOthers(s *types.ServiceConfig) []types.ServiceVolumeConfig {
	var mounts []types.ServiceVolumeConfig
	for _, from := range s.VolumesFrom {
		name, mode, _ := strings.Cut(from, ":")
		other, ok := i.from.Services[name]
		if !ok || name == "container" {
			i.drop(s.Name, "volumes_from "+from, "it leads out of the project")
			continue
		}
		for _, m := range other.Volumes {
			m.ReadOnly = m.ReadOnly || mode == "ro"
			mounts = append(mounts, m)
		}
	}
	return mounts
}

// bind mounts a directory of the tree as a volume and copies a single file; what lies outside the tree is dropped, or
// kept read-only where the configuration says so.
func (i *isolating) bind(s *types.ServiceConfig, m types.ServiceVolumeConfig) {
	rel, inside := i.relative(m.Source)
	switch {
	case !inside && slices.ContainsFunc(i.Keep, func(kept string) bool { return filepath.Clean(kept) == filepath.Clean(m.Source) }):
		m.ReadOnly = true
		s.Volumes = append(s.Volumes, m)
	case !inside:
		i.drop(s.Name, "the bind of "+m.Source, "it lies outside the repository (mounts: {keep: […]} brings it back, read-only)")
	case isFile(m.Source):
		i.result.Files = append(i.result.Files, FileMount{Service: s.Name, Source: m.Source, Target: m.Target})
	default:
		name := i.Volume(rel)
		i.source(SourceVolume{Name: name, Path: rel, Service: s.Name})
		s.Volumes = append(s.Volumes, types.ServiceVolumeConfig{
			Type: types.VolumeTypeVolume, Source: name, Target: m.Target, ReadOnly: m.ReadOnly,
			Volume: &types.ServiceVolumeVolume{NoCopy: true},
		})
	}
}

// source notes a volume to fill, once.
func (i *isolating) source(v SourceVolume) {
	if _, known := i.result.Project.Volumes[v.Name]; known {
		return
	}
	i.result.Project.Volumes[v.Name] = types.VolumeConfig{Name: v.Name, External: true}
	i.result.Volumes = append(i.result.Volumes, v)
}

// named gives a named volume, external or not, an empty one of the run in its place.
func (i *isolating) named(m types.ServiceVolumeConfig) types.ServiceVolumeConfig {
	if m.Source == "" {
		return m
	}
	i.result.Project.Volumes[m.Source] = types.VolumeConfig{Name: i.Name + "-" + m.Source, Labels: merged(nil, i.Labels)}
	return m
}

// relative maps a host path to the tree, with slashes; false when it lies outside.
func (i *isolating) relative(source string) (string, bool) {
	rel, err := filepath.Rel(i.Tree, source)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", false
	}
	return path.Clean(filepath.ToSlash(rel)), true
}

func isFile(p string) bool {
	info, err := os.Stat(p)
	return err == nil && !info.IsDir()
}

// fileObjects turns secrets and configs from files into content that Compose copies into the containers: a bind would
// need the host.
func (i *isolating) fileObjects() {
	p := i.result.Project
	for name, s := range p.Secrets {
		p.Secrets[name] = types.SecretConfig(i.content("secret", name, types.FileObjectConfig(s)))
	}
	for name, c := range p.Configs {
		p.Configs[name] = types.ConfigObjConfig(i.content("config", name, types.FileObjectConfig(c)))
	}
}

func (i *isolating) content(kind, name string, object types.FileObjectConfig) types.FileObjectConfig {
	if object.External {
		i.drop("", kind+" "+name, "it is external")
		return types.FileObjectConfig{Name: object.Name, Content: " "}
	}
	if object.File == "" {
		return object
	}
	content, err := os.ReadFile(object.File)
	if err != nil {
		i.drop("", kind+" "+name, "its file cannot be read")
		content = []byte(" ")
	}
	object.File, object.Content = "", string(content)
	return object
}
