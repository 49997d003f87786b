package compose

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"golang.org/x/sync/errgroup"

	"devenv/devenv/report"
)

// Fill describes what goes into a source volume.
type Fill struct {
	Volume string
	// Dir is the directory on this machine; one that does not exist leaves the volume empty.
	Dir string
	// Edits are files that have other content than in Dir, or are not there, by path relative to it.
	Edits map[string][]byte
	// MountPoints are directories that the volume has even if Dir does not, relative to it, with slashes.
	MountPoints []string
	// Image and User are those of the service that mounts the volume: the files belong to its user. Modes are the
	// tree's.
	Image, User string
	Labels      map[string]string
	// Container is one that mounts the volume at Target, and that the engine copies into: it is not read-only. Without
	// one, FillVolume makes one for the purpose.
	Container, Target string
}

// fillTarget is where the volume is mounted while it is filled.
const fillTarget = "/devenv-fill"

// FillVolume creates a volume if there is none of that name, and copies a directory into it, through its container or
// else one that is never started.
func (c *Client) FillVolume(ctx context.Context, f Fill) (err error) {
	if f.Container == "" {
		if err := c.engine.CreateVolume(ctx, f.Volume, f.Labels); err != nil {
			return err
		}
		f.Target = fillTarget
		if f.Container, err = c.engine.CreateHolder(ctx, f.Image, f.Volume, f.Target, f.Labels); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, c.engine.Remove(context.WithoutCancel(ctx), f.Container)) }()
	}
	owner, err := c.owner(ctx, f)
	if err == nil {
		err = c.copyTree(ctx, f, owner, everything)
	}
	if err == nil && len(f.MountPoints) > 0 {
		err = c.makeMountPoints(ctx, f, owner)
	}
	return err
}

// makeMountPoints makes the directories in the volume that a container mounts at which others are mounted.
func (c *Client) makeMountPoints(ctx context.Context, f Fill, owner ids) error {
	var archive bytes.Buffer
	if err := writeMountPoints(&archive, f.Dir, f.Target, f.MountPoints, owner); err != nil {
		return err
	}
	if err := c.engine.CopyTo(ctx, f.Container, "/", &archive); err != nil {
		return report.Fail(report.KindWork, "", "make %s in the volume for %s: %w", strings.Join(f.MountPoints, ", "), f.Dir, err)
	}
	return nil
}

// copyTree streams the wanted part of a directory of this machine into the target directory of the container.
func (c *Client) copyTree(ctx context.Context, f Fill, owner ids, wanted func(rel string) bool) error {
	group, ctx := errgroup.WithContext(ctx)
	out, in := io.Pipe()
	group.Go(func() error {
		err := writeTree(in, f, owner, wanted)
		return errors.Join(err, in.CloseWithError(err))
	})
	group.Go(func() error {
		// Not into the target itself: the engine leaves the directory that it unpacks into unchanged.
		err := c.engine.CopyTo(ctx, f.Container, "/", out)
		_ = out.CloseWithError(err) // stops the writer, which returns the error
		return err
	})
	if err := group.Wait(); err != nil {
		return report.Fail(report.KindWork, "", "copy the private tree %s into a container: %w", f.Dir, err)
	}
	return nil
}

// ids are a numeric user and group.
type ids struct{ uid, gid int }

// owner returns the user who owns the files: the service's, else the image's, else root. Names are looked up in the
// image.
func (c *Client) owner(ctx context.Context, f Fill) (ids, error) {
	user := f.User
	if user == "" {
		image, _, err := c.engine.ImageInspect(ctx, f.Image)
		if err != nil {
			return ids{}, err
		}
		user = image.User
	}
	uid, gid, err := c.engine.UserIDs(ctx, f.Container, user)
	if err != nil {
		return ids{}, report.Fail(report.KindWork, "", "find user %s in the image of a scratch container: %w", user, err)
	}
	return ids{uid: uid, gid: gid}, nil
}
