package engine

import (
	"bytes"
	"context"
	"io"

	"github.com/docker/docker/client"
)

// Described is an image's description: its JSON as the engine returns it, and the commands of its history, newest
// first.
type Described struct {
	JSON    []byte
	History []string
}

// Describe returns everything the engine knows about an image.
func (e *Engine) Describe(ctx context.Context, ref string) (Described, error) {
	var raw bytes.Buffer
	if _, err := e.client.ImageInspect(ctx, ref, client.ImageInspectWithRawResponse(&raw)); err != nil {
		return Described{}, failed(ctx, err, "inspect image %s", ref)
	}
	layers, err := e.client.ImageHistory(ctx, ref)
	if err != nil {
		return Described{}, failed(ctx, err, "read the history of image %s", ref)
	}
	d := Described{JSON: raw.Bytes()}
	for _, layer := range layers {
		d.History = append(d.History, layer.CreatedBy+"\n"+layer.Comment)
	}
	return d, nil
}

// Changed lists the paths in a container that differ from its image. Mounts do not count.
func (e *Engine) Changed(ctx context.Context, id string) ([]string, error) {
	changes, err := e.client.ContainerDiff(ctx, id)
	if err != nil {
		return nil, failed(ctx, err, "compare container %.12s with its image", id)
	}
	paths := make([]string, len(changes))
	for n, change := range changes {
		paths[n] = change.Path
	}
	return paths, nil
}

// Export returns all files of a container, running or not, as a tar archive, without mounts. The caller must close
// it.
func (e *Engine) Export(ctx context.Context, id string) (io.ReadCloser, error) {
	stream, err := e.client.ContainerExport(ctx, id)
	return stream, failed(ctx, err, "read the files of container %.12s", id)
}
