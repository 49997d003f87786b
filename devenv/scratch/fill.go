package scratch

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/devenv/inside"
)

// createFilled creates the containers of a stack, and fills its volumes with the tree's files, each volume once per
// run. A volume is filled through the container that mounts it, or through one made for the purpose.
func (s *Checkout) createFilled(ctx context.Context, iso compose.Isolated) (map[string]string, error) {
	client := s.Workspace.Client
	s.filling.Lock()
	defer s.filling.Unlock()
	var later []compose.SourceVolume
	for _, v := range iso.Volumes {
		if s.filled[v.Name] {
			continue
		}
		if err := s.newVolume(ctx, v.Name); err != nil {
			return nil, err
		}
		if _, ok := through(iso, v); ok {
			later = append(later, v)
		} else if err := client.FillVolume(ctx, s.fillOf(iso.Project, v)); err != nil {
			return nil, err
		}
		s.filled[v.Name] = true
	}
	containers, err := client.Create(ctx, iso)
	if err != nil {
		return nil, err
	}
	for _, v := range later {
		if err := s.fillThrough(ctx, iso, v, containers[v.Service]); err != nil {
			return nil, err
		}
	}
	return containers, nil
}

// DropVolumes removes the volumes that have been filled with the tree's files, which no container may use any more: the
// next container that needs one gets it anew, without what others have written into it.
func (s *Checkout) DropVolumes(ctx context.Context) error {
	s.filling.Lock()
	defer s.filling.Unlock()
	var failed error
	for name := range s.filled {
		failed = errors.Join(failed, s.Workspace.Engine.RemoveVolume(ctx, name))
	}
	clear(s.filled)
	return failed
}

// newVolume creates an empty volume. In a series, the last run may have left one of that name.
func (s *Checkout) newVolume(ctx context.Context, name string) error {
	e := s.Workspace.Engine
	if s.Workspace.InSeries() {
		if err := e.RemoveVolume(ctx, name); err != nil {
			return err
		}
	}
	return e.CreateVolume(ctx, name, s.Workspace.Labels())
}

// fillThrough fills a volume through a container that mounts it, unless a link of its image leads to where it does:
// archives are not unpacked over those.
func (s *Checkout) fillThrough(ctx context.Context, iso compose.Isolated, v compose.SourceVolume, container string) error {
	fill := s.fillOf(iso.Project, v)
	target, _ := through(iso, v)
	linked, err := s.Workspace.Engine.IsLink(ctx, container, target)
	if err != nil {
		return err
	}
	if !linked {
		fill.Container, fill.Target = container, target
	}
	return s.Workspace.Client.FillVolume(ctx, fill)
}

// Edit gives the volumes that are filled from now on these files as well, by path in the repository, which the run has
// written.
func (s *Checkout) Edit(files map[string][]byte) {
	s.filling.Lock()
	defer s.filling.Unlock()
	s.edits = files
}

// editsIn returns the edits below a directory of the repository, by path relative to it.
func (s *Checkout) editsIn(dir string) map[string][]byte {
	edits := map[string][]byte{}
	for name, content := range s.edits {
		if rel, ok := inside.Rel(dir, name); ok {
			edits[rel] = content
		}
	}
	return edits
}

// fillOf returns what goes into a volume.
func (s *Checkout) fillOf(project *types.Project, v compose.SourceVolume) compose.Fill {
	service := project.Services[v.Service]
	return compose.Fill{
		Edits:  s.editsIn(v.Path),
		Volume: v.Name, Dir: filepath.Join(s.Tree.Dir(), filepath.FromSlash(v.Path)), MountPoints: v.MountPoints,
		Image: service.Image, User: service.User, Labels: s.Workspace.Labels(),
	}
}

// through returns where a volume's own service mounts it, if the engine copies into it through the service's
// container: neither the container nor the mount is read-only, and nothing is mounted or copied below, which would
// get or hide what is copied.
func through(iso compose.Isolated, v compose.SourceVolume) (target string, ok bool) {
	s := iso.Project.Services[v.Service]
	for _, m := range s.Volumes {
		if m.Source != v.Name || m.ReadOnly || s.ReadOnly {
			continue
		}
		below := func(path string) bool { return strings.HasPrefix(path, strings.TrimSuffix(m.Target, "/")+"/") }
		mounted := slices.ContainsFunc(s.Volumes, func(other types.ServiceVolumeConfig) bool { return below(other.Target) })
		if !mounted && !slices.ContainsFunc(s.Tmpfs, below) && !getsFiles(iso, v) {
			return m.Target, true
		}
	}
	return "", false
}

// getsFiles reports whether single files are copied into a volume, as any service mounts it.
func getsFiles(iso compose.Isolated, v compose.SourceVolume) bool {
	return slices.ContainsFunc(iso.Files, func(f compose.FileMount) bool {
		return slices.ContainsFunc(iso.Project.Services[f.Service].Volumes, func(m types.ServiceVolumeConfig) bool {
			return m.Source == v.Name && strings.HasPrefix(f.Target, strings.TrimSuffix(m.Target, "/")+"/")
		})
	})
}

// Content describes what the volumes of a stack hold, by name.
type Content map[string]compose.Listing

// List lists what the volumes of a stack hold: the tree's files as they are.
func (s *Checkout) List(iso compose.Isolated) (Content, error) {
	content := Content{}
	for _, v := range iso.Volumes {
		listing, err := compose.List(s.fillOf(iso.Project, v).Dir)
		if err != nil {
			return nil, err
		}
		content[v.Name] = listing
	}
	return content, nil
}

// Edit records that files of a container differ from the tree's; false if one of them is in no volume.
func (c Content) Edit(iso compose.Isolated, files []string) bool {
	return !slices.ContainsFunc(files, func(file string) bool {
		return !slices.ContainsFunc(iso.Volumes, func(v compose.SourceVolume) bool {
			target, ok := through(iso, v)
			rel, in := strings.CutPrefix(file, strings.TrimSuffix(target, "/")+"/")
			if ok && in {
				c[v.Name].Edit(rel)
			}
			return ok && in
		})
	})
}

// Refresh brings the volumes of a stack up to date, which were filled from another state of the tree, through the
// running container of its service. It returns false if that is not possible.
func (s *Checkout) Refresh(ctx context.Context, iso compose.Isolated, container string, was Content) (bool, error) {
	is, err := s.List(iso)
	if err != nil {
		return false, err
	}
	s.filling.Lock()
	defer s.filling.Unlock()
	for _, v := range iso.Volumes {
		target, ok := through(iso, v)
		if ok {
			linked, err := s.Workspace.Engine.IsLink(ctx, container, target)
			if ok = !linked; err != nil {
				return false, err
			}
		}
		if !ok {
			return false, nil
		}
		fill := s.fillOf(iso.Project, v)
		fill.Container, fill.Target = container, target
		if err := s.Workspace.Client.RefreshVolume(ctx, fill, was[v.Name], is[v.Name]); err != nil {
			return false, err
		}
		s.filled[v.Name] = true
	}
	return true, nil
}
