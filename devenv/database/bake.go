package database

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/testcontainers/testcontainers-go"

	"devenv/compose/engine"
)

// bakeLimit is the size of a mount's content in bytes above which it is no configuration and stays out of the image.
const bakeLimit = 64 << 20

// initScripts is where the official image takes init scripts from: of no use to a server that has its data.
const initScripts = "/docker-entrypoint-initdb.d"

// baking is a container with what is mounted into it (directories of configuration files) in its own layer, since a commit
// leaves mounts out: the server's container as it is, or one made of its image.
type baking struct {
	engine   *engine.Engine
	original string
	image    string
	made     testcontainers.Container
}

// bake finds the files that are mounted into a stopped container, and makes the container to commit. The caller cleans up,
// also after an error.
func bake(ctx context.Context, e *engine.Engine, id string) (*baking, error) {
	b := &baking{engine: e, original: id}
	container, err := e.Inspect(ctx, id)
	if err != nil {
		return b, err
	}
	files := map[string][]byte{}
	for _, m := range container.Mounts {
		if m.Type == "tmpfs" || covers(m.Target, []string{initScripts, dataDirectory, "/var/lib/postgresql/data", "/run/postgresql"}) {
			continue
		}
		archive, err := smallArchive(ctx, e, id, m.Target)
		if err != nil {
			return b, err
		}
		if archive != nil {
			files[m.Target] = archive
		}
	}
	if len(files) == 0 {
		return b, nil
	}
	return b, b.add(ctx, files)
}

// add commits the container, makes another of the result, and puts files into that.
func (b *baking) add(ctx context.Context, files map[string][]byte) (err error) {
	labels, err := clearedLabels(ctx, b.engine, b.original)
	if err != nil {
		return err
	}
	if b.image, err = b.engine.Commit(ctx, b.original, engine.CommitOptions{Labels: labels}); err != nil {
		return err
	}
	if b.made, err = create(ctx, b.engine, testcontainers.ContainerRequest{Image: b.image}); err != nil {
		return err
	}
	for target, archive := range files {
		if err := b.engine.CopyTo(ctx, b.made.GetContainerID(), path.Dir(target), bytes.NewReader(archive)); err != nil {
			return fmt.Errorf("keep the files of %s: %w", target, err)
		}
	}
	return nil
}

// container is the one to commit.
func (b *baking) container() string {
	if b.made == nil {
		return b.original
	}
	return b.made.GetContainerID()
}

// clean removes what was made on the way. The image between stays where it has become the parent of the one that is kept.
func (b *baking) clean(ctx context.Context, kept bool) error {
	var err error
	if b.made != nil {
		err = b.engine.Remove(ctx, b.made.GetContainerID())
	}
	if b.image != "" && !kept {
		err = errors.Join(err, b.engine.RemoveImage(ctx, b.image, true))
	}
	return err
}

// smallArchive reads what is mounted at a place; nil when it is too much.
func smallArchive(ctx context.Context, e *engine.Engine, id, target string) ([]byte, error) {
	stream, err := e.CopyFrom(ctx, id, target)
	if err != nil {
		return nil, err
	}
	defer stream.Close() //nolint:errcheck // only read from
	content, err := io.ReadAll(io.LimitReader(stream, bakeLimit+1))
	if err != nil || len(content) > bakeLimit {
		return nil, err
	}
	return content, nil
}
