package compose

import (
	"cmp"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// fileObjects turns the secrets and configs of a service into files to copy: a bind would need the host.
func (i *isolating) fileObjects(s *types.ServiceConfig) {
	for _, use := range s.Secrets {
		target := use.Target
		if !path.IsAbs(target) {
			target = path.Join("/run/secrets", cmp.Or(target, use.Source))
		}
		i.fileObject(s, "secret", types.FileReferenceConfig(use), target, types.FileObjectConfig(i.from.Secrets[use.Source]))
	}
	for _, use := range s.Configs {
		target := cmp.Or(use.Target, "/"+use.Source)
		i.fileObject(s, "config", types.FileReferenceConfig(use), target, types.FileObjectConfig(i.from.Configs[use.Source]))
	}
	s.Secrets, s.Configs = nil, nil
}

func (i *isolating) fileObject(s *types.ServiceConfig, kind string, use types.FileReferenceConfig, target string,
	object types.FileObjectConfig,
) {
	if object.File != "" {
		object.File = i.OnThisMachine(object.File)
		if info, err := os.Stat(object.File); err == nil && info.IsDir() { // Compose binds it, even a directory
			i.bind(s, types.ServiceVolumeConfig{Type: types.VolumeTypeBind, Source: object.File, Target: target, ReadOnly: true})
			return
		}
	}
	content, why := i.content(object)
	if why != "" {
		i.drop(s.Name, kind+" "+use.Source, why)
		return
	}
	mount := FileMount{Service: s.Name, Target: target, Content: content, Mode: 0o444}
	if use.Mode != nil {
		mount.Mode = fs.FileMode(*use.Mode) //nolint:gosec // permission bits
	}
	switch {
	case use.UID != "":
		mount.UID, mount.GID = numericUser(use.UID + ":" + use.GID)
	case isNumeric(s.User):
		mount.UID, mount.GID = numericUser(s.User)
	default:
		mount.Mode |= 0o444 // Compose sets no mode when it binds the user's file, and any user must be able to read it
	}
	i.result.Files = append(i.result.Files, mount)
}

// content returns the content of a secret or config, or why it is unavailable.
func (i *isolating) content(object types.FileObjectConfig) (content []byte, why string) {
	switch {
	case bool(object.External):
		return nil, "it is external"
	case object.Driver != "" || object.TemplateDriver != "":
		return nil, "a cluster driver creates it"
	case object.Environment != "":
		value, ok := i.from.Environment[object.Environment]
		if !ok {
			return nil, "the environment variable " + object.Environment + " is not set"
		}
		return []byte(value), ""
	case object.File != "":
		raw, err := os.ReadFile(object.File)
		if err != nil {
			rel, inside := i.relative(object.File)
			if !inside {
				return nil, "its file " + object.File + " cannot be read"
			}
			return nil, "its file " + rel + " does not exist; create it as the project's documentation describes"
		}
		return raw, ""
	}
	return []byte(object.Content), ""
}

// prepareForFiles ensures that a service's files can be copied into its container before the start, and that only this
// service sees them: the engine copies nothing into a read-only container or mount, and a tmpfs would hide what was
// copied.
func (i *isolating) prepareForFiles(s *types.ServiceConfig) {
	i.result.Files = slices.DeleteFunc(i.result.Files, func(f FileMount) bool {
		return f.Service == s.Name && !i.makeWritable(s, f)
	})
	if s.ReadOnly && slices.ContainsFunc(i.result.Files, func(f FileMount) bool { return f.Service == s.Name }) {
		s.ReadOnly = false
		i.drop(s.Name, "read_only", "its single files, secrets and configs are copied into it")
	}
}

// makeWritable makes the mounts over a file's path writable and private to the service. It returns false when the
// file cannot be copied there.
func (i *isolating) makeWritable(s *types.ServiceConfig, f FileMount) bool {
	s.Tmpfs = slices.DeleteFunc(s.Tmpfs, func(t string) bool {
		target, _, _ := strings.Cut(t, ":")
		if over := covers(target, f.Target); !over {
			return false
		}
		s.Volumes = append(s.Volumes, types.ServiceVolumeConfig{Type: types.VolumeTypeVolume, Target: target})
		return true
	})
	for n := range s.Volumes {
		m := &s.Volumes[n]
		if !covers(m.Target, f.Target) {
			continue
		}
		switch m.Type {
		case types.VolumeTypeTmpfs:
			*m = types.ServiceVolumeConfig{Type: types.VolumeTypeVolume, Target: m.Target}
		case types.VolumeTypeVolume:
			m.ReadOnly = false
			i.privateVolume(s, m)
		default:
			i.drop(s.Name, "the file at "+f.Target, "nothing can be copied into the "+m.Type+" mount at "+m.Target)
			return false
		}
	}
	return true
}

// privateVolume gives a service a source volume that no other service mounts.
func (i *isolating) privateVolume(s *types.ServiceConfig, m *types.ServiceVolumeConfig) {
	for _, v := range i.result.Volumes {
		if v.Name == m.Source && !strings.HasSuffix(v.Name, "-"+s.Name) {
			m.Source = v.Name + "-" + s.Name
			i.fill(SourceVolume{Name: m.Source, Path: v.Path, Service: s.Name, MountPoints: v.MountPoints})
			return
		}
	}
}

// forgetUnused removes source volumes that no service mounts, and assigns each of the others to the first service
// that does.
func (i *isolating) forgetUnused() {
	users := map[string]string{}
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(i.result.Project.Services))) {
		for _, m := range i.result.Project.Services[name].Volumes {
			users[m.Source] = name
		}
	}
	var used []SourceVolume
	for _, v := range i.result.Volumes {
		service, ok := users[v.Name]
		if !ok {
			delete(i.result.Project.Volumes, v.Name)
			continue
		}
		v.Service = service
		used = append(used, v)
	}
	i.result.Volumes = used
}

// covers reports whether a mount at target hides the image's file at p.
func covers(target, p string) bool {
	target, p = path.Clean(target), path.Clean(p)
	return p != target && (target == "/" || strings.HasPrefix(p, target+"/"))
}

// numericUser returns the ids of a user written as numbers; a name counts as root here.
func numericUser(user string) (uid, gid int) {
	name, group, _ := strings.Cut(user, ":")
	uid, err := strconv.Atoi(name)
	if err != nil {
		return 0, 0
	}
	gid, _ = strconv.Atoi(group) // no group means root's
	return uid, gid
}

// isNumeric reports whether a user is written as a number. An unset user is the image's, which is unknown here.
func isNumeric(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	_, err := strconv.Atoi(name)
	return err == nil
}
