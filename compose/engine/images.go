package engine

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"devenv/devenv/report"
)

// Image is an image on the engine. Size is in bytes and includes layers shared with other images.
type Image struct {
	ID, Ref, User, WorkingDir string
	// Names are all its names: "postgres:17".
	Names []string
	// Digests are the repository's, "postgres@sha256:…"; none for an image that was built here.
	Digests                    []string
	Labels                     map[string]string
	Env, Cmd, Entrypoint       []string
	Volumes, ExposedPorts      []string
	OS, Arch, Created, Variant string
	Size                       int64
	// content is what Content hashes, health the healthcheck that the image states.
	content content
	health  HealthTest
}

// ImageInspect describes an image by reference or id; false if it does not exist.
func (e *Engine) ImageInspect(ctx context.Context, ref string) (Image, bool, error) {
	return e.inspectImage(ctx, ref)
}

func (e *Engine) inspectImage(ctx context.Context, ref string, options ...client.ImageInspectOption) (Image, bool, error) {
	found, err := e.client.ImageInspect(ctx, ref, options...)
	if errdefs.IsNotFound(err) {
		return Image{}, false, nil
	}
	if err != nil {
		return Image{}, false, failed(ctx, err, "inspect image %s", ref)
	}
	i := Image{
		ID: found.ID, Ref: ref, Names: found.RepoTags, Digests: found.RepoDigests, Size: found.Size, Created: found.Created,
		OS: found.Os, Arch: found.Architecture, Variant: found.Variant,
		content: contentOf(found),
	}
	if c := found.Config; c != nil {
		i.Labels, i.Env, i.Cmd, i.Entrypoint, i.User, i.WorkingDir = c.Labels, c.Env, c.Cmd, c.Entrypoint, c.User, c.WorkingDir
		i.health = healthTest(c.Healthcheck)
		for path := range c.Volumes {
			i.Volumes = append(i.Volumes, path)
		}
		for port := range c.ExposedPorts {
			i.ExposedPorts = append(i.ExposedPorts, port)
		}
	}
	return i, true, nil
}

// CommitOptions describe the image to make from a container.
type CommitOptions struct {
	// Ref is the tag; empty makes an untagged image.
	Ref string
	// Labels are set on the image; an empty value is kept as an empty label, which hides the container's.
	Labels map[string]string
	// Changes are Dockerfile instructions: ENV, CMD, ENTRYPOINT.
	Changes []string
	// Pause freezes a running container during the commit.
	Pause bool
}

// Commit makes an image from a container and returns its id.
func (e *Engine) Commit(ctx context.Context, id string, o CommitOptions) (string, error) {
	ctx, err := Uninterrupted(ctx)
	if err != nil {
		return "", err
	}
	options := container.CommitOptions{Reference: o.Ref, Changes: o.Changes, Pause: o.Pause}
	if o.Labels != nil {
		found, err := e.client.ContainerInspect(ctx, id)
		if err != nil {
			return "", failed(ctx, err, "commit container %.12s", id)
		}
		config := *found.Config
		config.Labels = o.Labels
		options.Config = &config
	}
	made, err := e.client.ContainerCommit(ctx, id, options)
	if err != nil {
		return "", failed(ctx, err, "commit container %.12s", id)
	}
	return made.ID, nil
}

// Tag gives an image another name.
func (e *Engine) Tag(ctx context.Context, source, ref string) error {
	return failed(ctx, e.client.ImageTag(ctx, source, ref), "tag image %s as %s", source, ref)
}

// RemoveImage removes an image; with force and by its id, its other names as well. Removing one that is already gone is
// not an error.
func (e *Engine) RemoveImage(ctx context.Context, ref string, force bool) error {
	_, err := e.client.ImageRemove(ctx, ref, image.RemoveOptions{Force: force, PruneChildren: true})
	if errdefs.IsNotFound(err) {
		return nil
	}
	return failed(ctx, err, "remove image %s", ref)
}

// SweepNameless removes the unnamed images that carry a label, unless a container uses them.
func (e *Engine) SweepNameless(ctx context.Context, label string) error {
	filter := labelFilter(label)
	filter.Add("dangling", "true")
	list, err := e.client.ImageList(ctx, image.ListOptions{Filters: filter})
	if err != nil {
		return failed(ctx, err, "list images")
	}
	var failures error
	for _, found := range list {
		if err := e.RemoveImage(ctx, found.ID, false); !errdefs.IsConflict(err) {
			failures = errors.Join(failures, err)
		}
	}
	return failures
}

// Images lists the images that carry all of the labels, each "key" or "key=value". An image with several names is
// listed once for each, one without names by its id.
func (e *Engine) Images(ctx context.Context, labels ...string) ([]Image, error) {
	list, err := e.client.ImageList(ctx, image.ListOptions{Filters: labelFilter(labels...)})
	if err != nil {
		return nil, failed(ctx, err, "list images")
	}
	images := make([]Image, 0, len(list))
	for _, found := range list {
		refs := found.RepoTags
		if len(refs) == 0 {
			refs = []string{found.ID}
		}
		for _, ref := range refs {
			images = append(images, Image{ID: found.ID, Ref: ref, Labels: found.Labels, Size: found.Size})
		}
	}
	return images, nil
}

// Pull pulls an image for a platform ("linux/arm64"), or for the engine's own if empty, with the endpoint's
// credentials. progress, which may be nil, receives the engine's messages line by line. A failure has the last lines.
func (e *Engine) Pull(ctx context.Context, ref, platform string, progress func(line string)) error {
	return e.pull(ctx, ref, platform, progress, func(stream io.Reader) io.Reader { return stream })
}

// pull pulls an image; around wraps the reader of the engine's messages.
func (e *Engine) pull(ctx context.Context, ref, platform string, progress func(line string), around func(io.Reader) io.Reader) error {
	options := image.PullOptions{Platform: platform}
	if e.endpoint.Auth != nil {
		options.RegistryAuth = e.endpoint.Auth(ref)
	}
	if progress == nil {
		progress = func(string) {}
	}
	stream, err := e.client.ImagePull(ctx, ref, options)
	if err != nil {
		return pullFailed(ctx, ref, err)
	}
	defer stream.Close() //nolint:errcheck // it was read to its end
	return readPull(ctx, ref, around(stream), progress)
}

// pullLines is how many of the last lines a failed pull shows.
const pullLines = 10

// pullMessage is one of the engine's messages during a pull.
type pullMessage struct {
	ID, Status, Error string
	ProgressDetail    struct{ Current, Total int64 }
}

// readPull reads the engine's messages: the last one may report that the pull failed.
func readPull(ctx context.Context, ref string, stream io.Reader, progress func(line string)) error {
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, 1<<20)
	var last []string
	bytes := downloading{ref: ref, layers: map[string]layer{}}
	for lines.Scan() {
		var message pullMessage
		if json.Unmarshal(lines.Bytes(), &message) != nil {
			continue
		}
		if message.Error != "" {
			return report.Fail(report.KindWork, pullHint(ref, message.Error), "pull %s: %s", ref, message.Error).WithOutput(last)
		}
		if message.ProgressDetail.Total == 0 && message.Status != "" {
			line := strings.TrimSpace(message.ID + " " + message.Status)
			if last = append(last, line); len(last) > pullLines {
				last = last[1:]
			}
			progress(line)
		}
		if line := bytes.line(message, time.Now()); line != "" {
			progress(line)
		}
	}
	return failed(ctx, lines.Err(), "pull %s", ref)
}

func pullFailed(ctx context.Context, ref string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return report.Fail(report.KindWork, pullHint(ref, err.Error()), "pull %s: %w", ref, err)
}

func pullHint(ref, said string) string {
	return registryHint(ref, said) + "; or pull it yourself: docker pull " + ref
}

// labelFilter returns a filter for objects that carry all of the labels.
func labelFilter(labels ...string) filters.Args {
	args := filters.NewArgs()
	for _, l := range labels {
		args.Add("label", l)
	}
	return args
}

// RemoveUnused removes an image, by its id, with all its names, unless a container uses it. By a name, the engine would
// remove that name only.
func (e *Engine) RemoveUnused(ctx context.Context, id string) error {
	if err := e.RemoveImage(ctx, id, true); !errdefs.IsConflict(err) {
		return err
	}
	return nil
}
