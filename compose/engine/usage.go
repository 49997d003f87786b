package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/image"
)

// StoredImage is an image with what it costs and when it was of use.
type StoredImage struct {
	// ID is the content's; Ref is a name, or the id where it has none.
	ID, Ref string
	Labels  map[string]string
	// Unique is what only this image holds, in bytes: its removal frees it. Layers that it shares with others do not count.
	Unique int64
	// Created is when it was made, Used when it was named last (Touch).
	Created, Used time.Time
}

// Touch marks an image as used now: the engine remembers when a name was given last, also when it was the same name. So it
// is known wherever the engine is, and to everybody who uses it. It is no error when the image has gone.
func (e *Engine) Touch(ctx context.Context, ref string) error {
	return gone(ctx, e.client.ImageTag(ctx, ref, ref), "tag image %s anew", ref)
}

// StoredImages lists the images that carry all of the labels ("key" or "key=value"), by name.
func (e *Engine) StoredImages(ctx context.Context, labels ...string) ([]StoredImage, error) {
	usage, err := e.client.DiskUsage(ctx, types.DiskUsageOptions{Types: []types.DiskUsageObject{types.ImageObject}})
	if err != nil {
		return nil, failed(ctx, err, "list images with their sizes")
	}
	var stored []StoredImage
	for _, found := range usage.Images {
		if !carries(found.Labels, labels) {
			continue
		}
		s, ok, err := e.stored(ctx, found)
		if err != nil {
			return nil, err
		}
		if ok {
			stored = append(stored, s)
		}
	}
	slices.SortFunc(stored, func(a, b StoredImage) int { return strings.Compare(a.Ref, b.Ref) })
	return stored, nil
}

// stored adds what only an inspection tells; false when the image has gone meanwhile.
func (e *Engine) stored(ctx context.Context, found *image.Summary) (StoredImage, bool, error) {
	s := StoredImage{ID: found.ID, Ref: found.ID, Labels: found.Labels, Created: time.Unix(found.Created, 0)}
	if len(found.RepoTags) > 0 && found.RepoTags[0] != "<none>:<none>" {
		s.Ref = found.RepoTags[0]
	}
	if found.SharedSize >= 0 {
		s.Unique = found.Size - found.SharedSize
	}
	i, ok, err := e.ImageInspect(ctx, found.ID)
	s.Used = i.Tagged
	return s, ok, err
}

// carries says whether labels hold all that are wanted.
func carries(labels map[string]string, wanted []string) bool {
	for _, w := range wanted {
		key, value, valued := strings.Cut(w, "=")
		if got, ok := labels[key]; !ok || valued && got != value {
			return false
		}
	}
	return true
}
