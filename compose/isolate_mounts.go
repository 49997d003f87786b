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
			i.named(s, m)
		case types.VolumeTypeTmpfs, types.VolumeTypeImage:
			s.Volumes = append(s.Volumes, m)
		default:
			i.drop(s.Name, fmt.Sprintf("the %s mount at %s", m.Type, m.Target), "it reaches into the host")
		}
	}
}

// fromOthers are the mounts that a service takes from others; its own at the same place win.
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
			if slices.ContainsFunc(s.Volumes, func(own types.ServiceVolumeConfig) bool { return own.Target == m.Target }) {
				continue
			}
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
	case !inside && i.kept(m.Source):
		m.ReadOnly = true
		s.Volumes = append(s.Volumes, m)
	case !inside:
		i.drop(s.Name, "the bind of "+m.Source, "it lies outside the repository (mounts: {keep: […]} brings it back, read-only)")
	case isFile(m.Source):
		uid, gid := numericUser(s.User)
		i.result.Files = append(i.result.Files, FileMount{Service: s.Name, Source: m.Source, Target: m.Target, UID: uid, GID: gid})
	case missingFile(m):
		i.drop(s.Name, "the bind of "+rel, "git has no such file; if it is ignored, name it in .devenv.yaml: include: ["+rel+"]")
	default:
		i.source(s, m, rel)
	}
}

// source mounts the volume that holds a directory of the tree, and notes, once, that it is to be filled.
func (i *isolating) source(s *types.ServiceConfig, m types.ServiceVolumeConfig, rel string) {
	v := SourceVolume{Name: i.Volume(rel), Path: rel, Service: s.Name}
	s.Volumes = append(s.Volumes, types.ServiceVolumeConfig{
		Type: types.VolumeTypeVolume, Source: v.Name, Target: m.Target, ReadOnly: m.ReadOnly,
		Volume: &types.ServiceVolumeVolume{NoCopy: true},
	})
	i.fill(v)
}

func (i *isolating) fill(v SourceVolume) {
	if _, known := i.result.Project.Volumes[v.Name]; known {
		return
	}
	i.result.Project.Volumes[v.Name] = types.VolumeConfig{Name: v.Name, External: true}
	i.result.Volumes = append(i.result.Volumes, v)
}

// named gives a named volume an empty one of the run in its place, and one that stands for a directory of the host what a
// bind of it gets. One without a name is the container's own and stays.
func (i *isolating) named(s *types.ServiceConfig, m types.ServiceVolumeConfig) {
	definition := i.from.Volumes[m.Source]
	if device, ok := bound(definition); ok && m.Source != "" {
		i.bind(s, types.ServiceVolumeConfig{Type: types.VolumeTypeBind, Source: device, Target: m.Target, ReadOnly: m.ReadOnly})
		return
	}
	if definition.External {
		i.drop(s.Name, "what external volume "+m.Source+" holds", "it gets an empty one")
	}
	if m.Source != "" {
		i.result.Project.Volumes[m.Source] = types.VolumeConfig{Name: i.Name + "-" + m.Source, Labels: merged(nil, i.Labels)}
	}
	if m.Volume != nil && m.Volume.Subpath != "" {
		volume := *m.Volume
		volume.Subpath = "" // an empty volume has none
		m.Volume = &volume
	}
	s.Volumes = append(s.Volumes, m)
}

// bound is the directory of the host that a volume of the local driver stands for.
func bound(v types.VolumeConfig) (string, bool) {
	bind := slices.Contains(strings.Split(v.DriverOpts["o"], ","), "bind")
	return v.DriverOpts["device"], bind && filepath.IsAbs(v.DriverOpts["device"])
}

// relative maps a host path to the tree, with slashes, links followed; false when it lies outside.
func (i *isolating) relative(source string) (string, bool) {
	rel, err := filepath.Rel(followed(i.Tree), followed(source))
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", false
	}
	return path.Clean(filepath.ToSlash(rel)), true
}

// followed is a path without links, as far as it exists.
func followed(p string) string {
	p = filepath.Clean(p)
	if real, err := filepath.EvalSymlinks(p); err == nil {
		return real
	}
	if parent := filepath.Dir(p); parent != p {
		return filepath.Join(followed(parent), filepath.Base(p))
	}
	return p
}

// kept says whether the configuration brings a host path back.
func (i *isolating) kept(source string) bool {
	return slices.ContainsFunc(i.Keep, func(kept string) bool {
		if rest, ok := strings.CutPrefix(kept, "~"); ok {
			if home, err := os.UserHomeDir(); err == nil {
				kept = home + rest
			}
		}
		return within(source, kept)
	})
}

// within says whether a path is dir or lies below it.
func within(p, dir string) bool {
	p, dir = filepath.Clean(p), filepath.Clean(dir)
	return p == dir || strings.HasPrefix(p, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}

func isFile(p string) bool {
	info, err := os.Stat(p)
	return err == nil && !info.IsDir()
}

// missingFile says whether a bind's source is not there and must be a file: a directory is made when it is not there.
func missingFile(m types.ServiceVolumeConfig) bool {
	if _, err := os.Stat(m.Source); err == nil {
		return false
	}
	base := filepath.Base(m.Source)
	return (m.Bind != nil && !bool(m.Bind.CreateHostPath)) || strings.LastIndex(base, ".") > 0
}
