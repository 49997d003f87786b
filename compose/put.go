package compose

import (
	"context"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/types"
)

// Mounted is what a service sees of the tree: directories and single files, including secrets and configs.
type Mounted struct {
	Files       []FileMount
	Directories []DirectoryMount
}

// Targets returns where in its container the service sees them.
func (m Mounted) Targets() []string {
	targets := make([]string, 0, len(m.Files)+len(m.Directories))
	for _, f := range m.Files {
		targets = append(targets, f.Target)
	}
	for _, d := range m.Directories {
		targets = append(targets, d.Target)
	}
	return targets
}

// DirectoryMount is a directory on this machine that a service mounts.
type DirectoryMount struct{ Dir, Target string }

// MountedBy returns what one of the project's services sees of the tree at the given path on this machine.
func (i Isolated) MountedBy(service, tree string) Mounted {
	var m Mounted
	for _, f := range i.Files {
		if f.Service == service {
			m.Files = append(m.Files, f)
		}
	}
	for _, v := range i.Project.Services[service].Volumes {
		for _, source := range i.Volumes {
			if v.Type == types.VolumeTypeVolume && v.Source == source.Name {
				m.Directories = append(m.Directories,
					DirectoryMount{Dir: filepath.Join(tree, filepath.FromSlash(source.Path)), Target: v.Target})
			}
		}
	}
	return m
}

// Put copies what a service sees of the tree into one of its containers before the start, to the paths where the
// service sees it. The files of directories belong to user, else to the image's user; see Fill.
func (c *Client) Put(ctx context.Context, id string, m Mounted, image, user string) error {
	if len(m.Directories) > 0 {
		fill := Fill{Container: id, Image: image, User: user}
		owner, err := c.owner(ctx, fill)
		if err != nil {
			return err
		}
		for _, d := range m.Directories {
			fill.Dir, fill.Target = d.Dir, d.Target
			if err := c.copyTree(ctx, fill, owner, everything); err != nil {
				return err
			}
		}
	}
	if len(m.Files) == 0 {
		return nil
	}
	return c.putFiles(ctx, map[string]string{m.Files[0].Service: id}, m.Files)
}
