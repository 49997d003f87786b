package base

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/inputs"
	"devenv/devenv/machine"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// cloning is what each clone of a base gets when it starts, from the current Compose model: the base's image contains
// nothing of the service but its data.
type cloning struct {
	service types.ServiceConfig
	mounted compose.Mounted
	// given are the targets of directories mounted in the service's containers.
	given []string
}

// readCloning reads the database's service from the base's Compose model, for clones of its image.
func (b *Base) readCloning(ctx context.Context, image engine.Image, log *step.Log) error {
	name := b.project.Database
	if b.mountsTree(name) { // the configuration's commands may create mounted files
		if err := b.Prepare(ctx, log); err != nil {
			return err
		}
	}
	iso, err := b.Isolate("clone", b.Workspace.Name(ToolNetwork), name)
	if err != nil {
		return err
	}
	b.NoteDropped(iso, false)
	if err := database.MoveData(iso.Project, name, image); err != nil {
		return err
	}
	b.cloning = cloning{service: iso.Project.Services[name], mounted: iso.MountedBy(name, b.Tree.Dir())}
	for _, d := range b.mounted.Directories {
		b.given = append(b.given, d.Target)
	}
	b.mounted.Files = slices.DeleteFunc(b.mounted.Files, func(f compose.FileMount) bool { return database.UnusedByClone(f.Target) })
	b.mounted.Directories = slices.DeleteFunc(b.mounted.Directories, b.leftOut)
	return nil
}

// mountsTree reports whether a service mounts something from the repository that a server with data reads.
func (b *Base) mountsTree(service string) bool {
	s := b.Model.Services[service]
	return len(s.Secrets)+len(s.Configs) > 0 || slices.ContainsFunc(s.Volumes, func(v types.ServiceVolumeConfig) bool {
		return v.Type == types.VolumeTypeBind && !database.UnusedByClone(v.Target)
	})
}

// mountedLimit is the size in bytes above which a mounted directory is not the server's configuration: every clone
// would copy it.
const mountedLimit = 64 << 20

// leftOut reports whether clones do without a mounted directory, and adds a note if they might need it.
func (b *Base) leftOut(d compose.DirectoryMount) bool {
	if database.UnusedByClone(d.Target) {
		return true
	}
	size := machine.BytesBelow(d.Dir)
	if size > mountedLimit {
		b.Workspace.Note("clones of the database run without " + d.Target + ": " + report.Megabytes(size) +
			" is too much to copy for each of them")
	}
	return size > mountedLimit
}

// CloneOf returns how to start a clone of one of the base's images, in some networks.
func (b *Base) CloneOf(image database.Image, networks ...database.NetworkAlias) database.CloneOptions {
	return database.CloneOptions{
		Image: image, Service: &b.service, Labels: b.Workspace.Labels(), Networks: networks, Settings: b.Settings,
		Filled:   b.mounted.Targets(),
		Password: b.NewPassword,
		Put: func(ctx context.Context, id string) error {
			return b.Workspace.Client.Put(ctx, id, b.mounted, image.ID, b.service.User)
		},
	}
}

// CloneKey identifies what clones of the base's images are made from.
func (b *Base) CloneKey() (string, error) {
	service, err := json.Marshal(b.service)
	if err != nil {
		return "", err
	}
	settings, err := json.Marshal(b.Settings)
	if err != nil {
		return "", err
	}
	return inputs.Hash(b.Key, b.Seeded.ID, b.Empty.ID, string(service), string(settings), b.Settings.Password, b.NewPassword), nil
}

// Mounts reports whether clones get files of the base's tree.
func (b *Base) Mounts() bool { return len(b.mounted.Files)+len(b.mounted.Directories) > 0 }

// ReadKnown does the same for a known base.
func (b *Base) ReadKnown(ctx context.Context, log *step.Log) error {
	image, ok, err := b.Workspace.Engine.ImageInspect(ctx, b.Seeded.ID)
	if err != nil || !ok {
		return errors.Join(err, fmt.Errorf("read the base %s: its image is gone", b.Seeded.Ref))
	}
	return b.readCloning(ctx, image, log)
}
