package compose

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"devenv/devenv/report"
)

// Fill says what a source volume is filled with.
type Fill struct {
	Volume string
	// Dir is the directory on this machine; one that does not exist leaves the volume empty.
	Dir string
	// Image and User are the service's that mounts the volume: the files belong to its user. Modes are the tree's.
	Image, User string
	Labels      map[string]string
}

// fillTarget is where the volume is mounted while it is filled.
const fillTarget = "/devenv-fill"

// FillVolume makes a volume and copies a directory into it, through a container that is never started.
func (c *Client) FillVolume(ctx context.Context, f Fill) error {
	if err := c.engine.CreateVolume(ctx, f.Volume, f.Labels); err != nil {
		return err
	}
	id, err := c.engine.CreateHolder(ctx, f.Image, f.Volume, fillTarget, f.Labels)
	if err != nil {
		return err
	}
	owner, err := c.owner(ctx, id, f)
	if err == nil {
		err = c.copyTree(ctx, id, f.Dir, fillTarget, owner)
	}
	return errors.Join(err, c.engine.Remove(context.WithoutCancel(ctx), id))
}

// copyTree streams a directory of this machine to a place in the container.
func (c *Client) copyTree(ctx context.Context, id, dir, target string, owner ids) error {
	group, ctx := errgroup.WithContext(ctx)
	out, in := io.Pipe()
	group.Go(func() error {
		err := writeTree(in, dir, target, owner)
		return errors.Join(err, in.CloseWithError(err))
	})
	group.Go(func() error {
		// Not into the target itself: the engine leaves the directory that it unpacks into as it is.
		err := c.engine.CopyTo(ctx, id, "/", out)
		_ = out.CloseWithError(err) // ends the writer, which returns the error
		return err
	})
	if err := group.Wait(); err != nil {
		return report.Fail(report.KindWork, "", "copy the private tree %s into a container: %w", dir, err)
	}
	return nil
}

// ids are a numeric user and group.
type ids struct{ uid, gid int }

// owner is the user the files belong to: the service's, else the image's, else root. A name is looked up in the image.
func (c *Client) owner(ctx context.Context, id string, f Fill) (ids, error) {
	user := f.User
	if user == "" {
		image, _, err := c.engine.ImageInspect(ctx, f.Image)
		if err != nil {
			return ids{}, err
		}
		user = image.User
	}
	name, group, _ := strings.Cut(user, ":")
	if name == "" || name == "root" || name == "0" {
		return ids{}, nil
	}
	gid, gidErr := strconv.Atoi(group)
	if uid, err := strconv.Atoi(name); err == nil {
		if gidErr != nil {
			gid = 0
		}
		return ids{uid: uid, gid: gid}, nil
	}
	found, err := c.lookUp(ctx, id, name)
	if err == nil && gidErr == nil {
		found.gid = gid
	}
	return found, err
}

// lookUp finds a user in the image's /etc/passwd.
func (c *Client) lookUp(ctx context.Context, id, name string) (ids, error) {
	stream, err := c.engine.CopyFrom(ctx, id, "/etc/passwd")
	if err != nil {
		return ids{}, err
	}
	defer stream.Close() //nolint:errcheck // only read from
	archive := tar.NewReader(stream)
	if _, err := archive.Next(); err != nil {
		return ids{}, err
	}
	lines := bufio.NewScanner(archive)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), ":")
		if len(fields) > 3 && fields[0] == name {
			uid, _ := strconv.Atoi(fields[2]) // a broken line is root, as for the engine
			gid, _ := strconv.Atoi(fields[3])
			return ids{uid: uid, gid: gid}, nil
		}
	}
	return ids{}, report.Fail(report.KindWork, "", "find user %s in the image of a scratch container: its /etc/passwd has none", name)
}
