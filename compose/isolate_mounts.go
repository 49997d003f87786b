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

// volumes turns each mount of a service into one that does not touch the host.
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
			i.drop(s.Name, fmt.Sprintf("the %s mount at %s", m.Type, m.Target), "it belongs to the host or the cluster")
		}
	}
}

// fromOthers returns the mounts that a service takes from others, directly or indirectly. Of mounts at the same path
// its own wins, then the first service's. through holds the services visited so far, so that a cycle ends.
func (i *isolating) fromOthers(s *types.ServiceConfig, through []string) []types.ServiceVolumeConfig {
	var mounts []types.ServiceVolumeConfig
	for _, from := range s.VolumesFrom {
		name, mode, _ := strings.Cut(from, ":")
		other, ok := i.from.AllServices()[name]
		if slices.Contains(through, name) {
			continue
		}
		if !ok || name == "container" {
			i.drop(s.Name, "volumes_from "+from, "it points outside the project")
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

// bind mounts a directory of the tree as a volume and copies a single file. What is outside the tree is dropped, or
// kept read-only if the configuration says so.
func (i *isolating) bind(s *types.ServiceConfig, m types.ServiceVolumeConfig) {
	rel, inside := i.relative(m.Source)
	if !inside {
		m.Source = i.OnThisMachine(m.Source)
	}
	switch {
	case !inside && i.kept(m.Source):
		// Read-only, neither created when missing nor relabelled, and the container's own mounts do not propagate.
		m.ReadOnly, m.Bind = true, &types.ServiceVolumeBind{}
		s.Volumes = append(s.Volumes, m)
	case !inside:
		i.drop(s.Name, "the bind of "+m.Source, "it is outside the repository (mounts: {keep: […]} restores it, read-only)")
	case isFile(m.Source):
		uid, gid := numericUser(s.User)
		i.result.Files = append(i.result.Files, FileMount{Service: s.Name, Source: m.Source, Target: m.Target, UID: uid, GID: gid})
	case i.missingFile(m, rel):
		i.drop(s.Name, "the bind of "+rel, "git has no such file; if it is ignored, list it in .devenv.yaml: include: ["+rel+"]")
	default:
		i.source(s, m, rel)
	}
}

// source mounts the volume for a directory of the tree, and records once that the volume must be filled.
func (i *isolating) source(s *types.ServiceConfig, m types.ServiceVolumeConfig, rel string) {
	v := SourceVolume{Name: i.Volume(rel), Path: rel, Service: s.Name, MountPoints: i.mountPoints(rel)}
	s.Volumes = append(s.Volumes, types.ServiceVolumeConfig{
		Type: types.VolumeTypeVolume, Source: v.Name, Target: m.Target, ReadOnly: m.ReadOnly,
		Volume: &types.ServiceVolumeVolume{NoCopy: true},
	})
	i.fill(v)
}

// mountPoints returns the directories below a directory of the tree at which services mount something else. They are
// those of all services, because runs of different ones share the volume.
func (i *isolating) mountPoints(rel string) []string {
	var points []string
	for _, s := range i.from.AllServices() {
		for _, m := range s.Volumes {
			if at, inside := i.relative(m.Source); m.Type == types.VolumeTypeBind && inside && at == rel {
				points = append(points, i.below(s, path.Clean(m.Target))...)
			}
		}
	}
	slices.Sort(points)
	return slices.Compact(points)
}

// below returns the directories below a mount at which a service mounts something else, relative to the mount.
func (i *isolating) below(s types.ServiceConfig, target string) []string {
	var points []string
	add := func(at string) {
		if covers(target, at) {
			points = append(points, strings.TrimPrefix(path.Clean(at), target+"/"))
		}
	}
	for _, m := range s.Volumes {
		rel, inside := i.relative(m.Source)
		if m.Type == types.VolumeTypeBind && (isFile(m.Source) || inside && i.missingFile(m, rel)) {
			continue // a file is copied
		}
		add(m.Target)
	}
	for _, t := range s.Tmpfs {
		at, _, _ := strings.Cut(t, ":")
		add(at)
	}
	return points
}

func (i *isolating) fill(v SourceVolume) {
	if _, known := i.result.Project.Volumes[v.Name]; known {
		return
	}
	i.result.Project.Volumes[v.Name] = types.VolumeConfig{Name: v.Name, External: true}
	i.result.Volumes = append(i.result.Volumes, v)
}

// named replaces a named volume by an empty one of the run, and a volume that stands for a host directory by what a
// bind of that directory would become. An unnamed volume is the container's own and stays.
func (i *isolating) named(s *types.ServiceConfig, m types.ServiceVolumeConfig) {
	definition := i.from.Volumes[m.Source]
	if m.Source != "" && isBind(definition) {
		readOnly := m.ReadOnly || slices.Contains(options(definition), "ro")
		source := filepath.Join(definition.DriverOpts["device"], filepath.FromSlash(subpath(m)))
		i.bind(s, types.ServiceVolumeConfig{Type: types.VolumeTypeBind, Source: source, Target: m.Target, ReadOnly: readOnly})
		return
	}
	if isElsewhere(definition) {
		i.drop(s.Name, "what volume "+m.Source+" holds", "the data is not the project's own; an empty volume replaces it")
	}
	if m.Source != "" {
		i.result.Project.Volumes[m.Source] = types.VolumeConfig{Name: i.Name + "-" + m.Source, Labels: merged(nil, i.Labels)}
	}
	if subpath(m) != "" {
		volume := *m.Volume
		volume.Subpath = "" // an empty volume has no subpaths
		m.Volume = &volume
	}
	s.Volumes = append(s.Volumes, m)
}

// options returns the mount options of a local driver's volume.
func options(v types.VolumeConfig) []string { return strings.Split(v.DriverOpts["o"], ",") }

// isBind reports whether a local driver's volume stands for a host directory.
func isBind(v types.VolumeConfig) bool {
	bind := slices.ContainsFunc(options(v), func(o string) bool { return o == "bind" || o == "rbind" })
	return bind && filepath.IsAbs(v.DriverOpts["device"])
}

// isElsewhere reports whether a volume's data comes from outside the project: another project's volume, a plugin's, a
// network file system.
func isElsewhere(v types.VolumeConfig) bool {
	kind := v.DriverOpts["type"]
	return bool(v.External) || (v.Driver != "" && v.Driver != "local") || (v.DriverOpts["device"] != "" && kind != "tmpfs")
}

// subpath returns the mounted part of a volume; empty means all of it.
func subpath(m types.ServiceVolumeConfig) string {
	if m.Volume == nil {
		return ""
	}
	return m.Volume.Subpath
}

// relative returns a host path relative to the tree, with slashes and links resolved; false when it is outside.
func (i *isolating) relative(source string) (string, bool) {
	rel, ok := inside.Rel(followed(i.Tree), followed(source))
	return filepath.ToSlash(rel), ok
}

// followed returns a path with its links resolved, as far as it exists.
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

// kept reports whether the configuration keeps a host path.
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

// missingFile reports whether a bind's source is missing in the tree and must be a file; a missing directory is
// created. The user's working tree tells what it is, else its name does.
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
