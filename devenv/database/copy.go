package database

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"

	"golang.org/x/sync/errgroup"

	"devenv/compose/engine"
)

// CopyOptions describe what of a server goes into an image, and what must not.
type CopyOptions struct {
	// Image is the id of the image that gets the data: the server's own without any. Empty means the one that the server
	// was started from.
	Image string
	// Labels are put on the container that the data is copied into, so that a sweep finds it.
	Labels map[string]string
	// Given are the targets of mounts whose content each clone receives separately (CloneOptions.Put).
	Given []string
	// Secrets must not be in the image.
	Secrets Secrets
}

// Copy is a container of a server's image with the server's data in its layer, about to become an image. It never had
// the server's environment, command and files.
type Copy struct {
	engine *engine.Engine
	id     string
	image  engine.Image
	meta   Meta
	// secrets are those that each search looks for, here and before a push: all except the words of meta.
	secrets Secrets
	// volume is the server's own, which also has the data. It is empty if some of the data is elsewhere, or once
	// Original returned it.
	volume string
	// unsearched lists the paths that the final search skips: those of the server's data, since the content of tables
	// belongs to the user, and those that were searched while they were read.
	unsearched []string
}

// copyScript replaces a directory by a copy of another one, and creates directories.
const copyScript = `set -eu
from=$1 to=$2
shift 2
rm -rf "$to"
cp -a "$from" "$to"
for directory; do mkdir -p "$directory"; done`

// copy copies a stopped server's data, including data outside its data directory, into a new container, which the
// caller must remove.
func (s *Server) copy(ctx context.Context, meta Meta, keep CopyOptions) (_ *Copy, err error) {
	server, err := s.engine.Inspect(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(server.Mounts, func(m engine.Mount) bool { return m.Target == dataParent && m.Type == "volume" })
	if at < 0 {
		return nil, errors.New("its data is in no volume")
	}
	image := cmp.Or(keep.Image, server.Image)
	meta.Version = metaVersion
	c := &Copy{engine: s.engine, meta: meta, secrets: keep.Secrets.without(meta.words()), unsearched: []string{dataDirectory}}
	var there bool
	if c.image, there, err = s.engine.ImageInspect(ctx, image); err != nil || !there {
		return nil, errors.Join(err, fmt.Errorf("the image of %s is gone", s.settings.Service))
	}
	outside, err := s.outside(ctx, server, keep)
	if err != nil {
		return nil, err
	}
	c.meta.Elsewhere = len(outside) > 0
	volume := server.Mounts[at]
	if len(outside) == 0 {
		c.volume = volume.Name
	}
	volume.Target, volume.ReadOnly = dataParent+"-from", true
	args := []string{volume.Target, dataParent}
	for _, place := range outside {
		args = append(args, path.Dir(place.at))
	}
	c.id, err = s.engine.CreateScript(ctx, engine.Script{
		Image: image, Text: copyScript, Args: args, Mounts: []engine.Mount{volume}, Labels: keep.Labels,
	})
	if err != nil {
		return nil, err
	}
	if _, err = s.engine.RunToEnd(ctx, c.id); err == nil {
		err = c.copyOutside(ctx, s.ID, outside)
	}
	if err != nil {
		return nil, errors.Join(err, s.engine.Remove(context.WithoutCancel(ctx), c.id))
	}
	return c, nil
}

// commit makes an image of the container, and tags it once it is known to be complete and to hold no secret, unless
// the name is taken.
func (c *Copy) commit(ctx context.Context, ref string, taken bool) (Image, error) {
	label, err := json.Marshal(c.meta)
	if err != nil {
		return Image{}, err
	}
	if label, err = c.secrets.cleaned(label); err != nil {
		return Image{}, err
	}
	labels, err := clearedLabels(ctx, c.engine, c.id)
	if err != nil {
		return Image{}, err
	}
	labels[labelBase], labels[labelKind] = string(label), kindBase
	changes, err := restoreServer(c.image)
	if err != nil {
		return Image{}, err
	}
	var searching errgroup.Group // it takes as long as the commit
	searching.Go(func() error { return c.search(ctx) })
	made, err := c.engine.Commit(ctx, c.id, engine.CommitOptions{Labels: labels, Changes: changes})
	refused := searching.Wait()
	if err != nil {
		return Image{}, err
	}
	image := Image{ID: made, Ref: ref, Meta: c.meta, Known: taken}
	if refused == nil {
		refused = image.tag(ctx, c.engine, string(label), c.secrets)
	}
	if refused != nil {
		return Image{}, errors.Join(refused, c.engine.RemoveImage(context.WithoutCancel(ctx), made, true))
	}
	return image, nil
}

// tag checks a committed image and gives it its name, unless another image has that.
func (i Image) tag(ctx context.Context, e *engine.Engine, label string, secrets Secrets) error {
	found, ok, err := e.ImageInspect(ctx, i.ID)
	switch {
	case err != nil:
		return err
	case !ok:
		return errors.New("the committed image is gone")
	case found.Labels[labelBase] != label:
		return errors.New("the committed image does not carry its label")
	}
	if err := describes(ctx, e, i.ID, secrets); err != nil || i.Known {
		return err
	}
	return e.Tag(ctx, i.ID, i.Ref)
}

// restoreServer returns the changes that make a script's container a server again, with its data where a base has it,
// and without the password if the image itself sets one. An empty *_FILE counts as unset.
func restoreServer(image engine.Image) ([]string, error) {
	user := image.User
	if user == "" {
		user = "root"
	}
	changes := []string{"ENV POSTGRES_PASSWORD=", "ENV POSTGRES_PASSWORD_FILE=", "ENV PGDATA=" + dataDirectory, "USER " + user}
	for instruction, words := range map[string][]string{"ENTRYPOINT": image.Entrypoint, "CMD": image.Cmd} {
		if words == nil {
			words = []string{}
		}
		written, err := json.Marshal(words)
		if err != nil {
			return nil, err
		}
		changes = append(changes, instruction+" "+string(written))
	}
	slices.Sort(changes) // CMD before ENTRYPOINT, always: a new entrypoint empties the command of the container, not of the image
	return changes, nil
}
