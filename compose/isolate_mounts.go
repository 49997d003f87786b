package compose

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
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

// fileObjects turns the secrets and configs of a service into files that are copied: a bind would need the host.
func (i *isolating) fileObjects(s *types.ServiceConfig) {
	for _, use := range s.Secrets {
		target := use.Target
		if !path.IsAbs(target) {
			target = path.Join("/run/secrets", cmp.Or(target, use.Source))
		}
		i.fileObject(s.Name, "secret", types.FileReferenceConfig(use), target, types.FileObjectConfig(i.from.Secrets[use.Source]))
	}
	for _, use := range s.Configs {
		target := cmp.Or(use.Target, "/"+use.Source)
		i.fileObject(s.Name, "config", types.FileReferenceConfig(use), target, types.FileObjectConfig(i.from.Configs[use.Source]))
	}
	s.Secrets, s.Configs = nil, nil
}

func (i *isolating) fileObject(service, kind string, use types.FileReferenceConfig, target string, object types.FileObjectConfig) {
	content := object.Content
	switch {
	case bool(object.External):
		i.drop(service, kind+" "+use.Source, "it is external")
		return
	case object.Environment != "":
		content = i.from.Environment[object.Environment]
	case object.File != "":
		raw, err := os.ReadFile(object.File)
		if err != nil {
			i.drop(service, kind+" "+use.Source, "its file cannot be read")
			return
		}
		content = string(raw)
	}
	mount := FileMount{Service: service, Target: target, Content: []byte(content), Mode: 0o444}
	if use.Mode != nil {
		mount.Mode = fs.FileMode(*use.Mode) //nolint:gosec // permission bits
	}
	mount.UID, _ = strconv.Atoi(use.UID) // a name, or nothing, is root
	mount.GID, _ = strconv.Atoi(use.GID)
	i.result.Files = append(i.result.Files, mount)
}
