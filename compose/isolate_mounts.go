package compose

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/inside"
)

// volumes turns each mount of a service into one that touches nothing of the host.
func (i *isolating) volumes(s *types.ServiceConfig) {
	mounts := append(i.fromOthers(s, nil), s.Volumes...)
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
			i.drop(s.Name, fmt.Sprintf("the %s mount at %s", m.Type, m.Target), "it is the host's or the cluster's")
		}
	}
}

// fromOthers are the mounts that a service takes from others, and those from others still; its own at the same place win, then
// the first's. through are the services on the way here: a circle ends where it closes.
func (i *isolating) fromOthers(s *types.ServiceConfig, through []string) []types.ServiceVolumeConfig {
	var mounts []types.ServiceVolumeConfig
	for _, from := range s.VolumesFrom {
		name, mode, _ := strings.Cut(from, ":")
		other, ok := i.from.AllServices()[name]
		if slices.Contains(through, name) {
			continue
		}
		if !ok || name == "container" {
			i.drop(s.Name, "volumes_from "+from, "it leads out of the project")
			continue
		}
		for _, m := range slices.Concat(other.Volumes, i.fromOthers(&other, append(through, name))) {
			taken := func(own types.ServiceVolumeConfig) bool { return own.Target == m.Target }
			if slices.ContainsFunc(s.Volumes, taken) || slices.ContainsFunc(mounts, taken) {
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
	if !inside {
		m.Source = i.OnThisMachine(m.Source)
	}
	switch {
	case !inside && i.kept(m.Source):
		// Only read: not made where it is missing, nor labelled anew, and what the container mounts stays in it.
		m.ReadOnly, m.Bind = true, &types.ServiceVolumeBind{}
		s.Volumes = append(s.Volumes, m)
	case !inside:
		i.drop(s.Name, "the bind of "+m.Source, "it lies outside the repository (mounts: {keep: […]} brings it back, read-only)")
	case isFile(m.Source):
		uid, gid := numericUser(s.User)
		i.result.Files = append(i.result.Files, FileMount{Service: s.Name, Source: m.Source, Target: m.Target, UID: uid, GID: gid})
	case i.missingFile(m, rel):
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
	if m.Source != "" && isBind(definition) {
		readOnly := m.ReadOnly || slices.Contains(options(definition), "ro")
		source := filepath.Join(definition.DriverOpts["device"], filepath.FromSlash(subpath(m)))
		i.bind(s, types.ServiceVolumeConfig{Type: types.VolumeTypeBind, Source: source, Target: m.Target, ReadOnly: readOnly})
		return
	}
	if isElsewhere(definition) {
		i.drop(s.Name, "what volume "+m.Source+" holds", "it is not the project's own, and an empty one takes its place")
	}
	if m.Source != "" {
		i.result.Project.Volumes[m.Source] = types.VolumeConfig{Name: i.Name + "-" + m.Source, Labels: merged(nil, i.Labels)}
	}
	if subpath(m) != "" {
		volume := *m.Volume
		volume.Subpath = "" // an empty volume has none
		m.Volume = &volume
	}
	s.Volumes = append(s.Volumes, m)
}

// options are the mount options of a volume of the local driver.
func options(v types.VolumeConfig) []string { return strings.Split(v.DriverOpts["o"], ",") }

// isBind says whether a volume of the local driver stands for a directory of the host.
func isBind(v types.VolumeConfig) bool {
	bind := slices.ContainsFunc(options(v), func(o string) bool { return o == "bind" || o == "rbind" })
	return bind && filepath.IsAbs(v.DriverOpts["device"])
}

// isElsewhere says whether what a volume holds is not of the project's making: another's volume, a plugin's, a network file system.
func isElsewhere(v types.VolumeConfig) bool {
	kind := v.DriverOpts["type"]
	return bool(v.External) || (v.Driver != "" && v.Driver != "local") || (v.DriverOpts["device"] != "" && kind != "tmpfs")
}

// subpath is the part of a volume that is mounted, empty for all of it.
func subpath(m types.ServiceVolumeConfig) string {
	if m.Volume == nil {
		return ""
	}
	return m.Volume.Subpath
}

// relative maps a host path to the tree, with slashes, links followed; false when it lies outside.
func (i *isolating) relative(source string) (string, bool) {
	rel, ok := inside.Rel(followed(i.Tree), followed(source))
	return filepath.ToSlash(rel), ok
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
		_, within := inside.Rel(kept, source)
		return within
	})
}

func isFile(p string) bool {
	info, err := os.Stat(p)
	return err == nil && !info.IsDir()
}

// missingFile says whether a bind's source is not in the tree and must be a file; a directory is made when it is not there. What
// it is in the user's working tree tells, else its name.
func (i *isolating) missingFile(m types.ServiceVolumeConfig, rel string) bool {
	if _, err := os.Stat(m.Source); err == nil {
		return false
	}
	if m.Bind != nil && !bool(m.Bind.CreateHostPath) {
		return true
	}
	if i.Root != "" {
		if info, err := os.Stat(filepath.Join(i.Root, filepath.FromSlash(rel))); err == nil {
			return !info.IsDir()
		}
	}
	base := path.Base(rel)
	extension := path.Ext(base)
	return strings.HasPrefix(base, ".env") || (extension != base && extension != "" && extension != ".d")
}
