package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
)

// containerd's store does not keep the engine's own record of when an image was last tagged. So each use is recorded
// as another name of the image, devenv/used:KEY-20261128-2334, where KEY is the tag of the name that was used. Both
// stores keep names.
const (
	ownNames   = "devenv/"
	usedNames  = "devenv/used:"
	usedLayout = "-20060102-1504" // UTC
	// touchAgain is how old a mark must be before a new one replaces it.
	touchAgain = 10 * time.Minute
)

// StoredImage is an image with its size and the time of its last use.
type StoredImage struct {
	ID string
	// Names are all its names except the marks of its uses; an image without names has only its id.
	Names  []string
	Labels map[string]string
	// Size is in bytes, with layers that it shares with others. Unique is what its removal frees; 0 if unknown.
	Size, Unique int64
	// Created is when it was made, Used when it was last used (Touch), and never before Created.
	Created, Used time.Time
	// marks are the names that record its uses.
	marks []string
}

// Touch marks an image as used now, for everybody who uses the engine; false if the image does not exist.
func (e *Engine) Touch(ctx context.Context, ref string) (bool, error) {
	found, ok, err := e.ImageInspect(ctx, ref)
	if err != nil || !ok {
		return false, err
	}
	_, key, _ := strings.Cut(ref[strings.LastIndexByte(ref, '/')+1:], ":")
	now, old := time.Now().UTC(), []string(nil)
	for _, name := range found.Names {
		used, at, isMark := useOf(name)
		if !isMark || used != key {
			continue
		}
		if now.Sub(at) < touchAgain {
			return true, nil
		}
		old = append(old, name)
	}
	if err := e.Tag(ctx, found.ID, usedNames+key+now.Format(usedLayout)); err != nil {
		return false, err
	}
	for _, name := range old {
		err = errors.Join(err, e.RemoveImage(ctx, name, false))
	}
	return true, err
}

// useOf parses a mark: which key was used, and when; false for any other name.
func useOf(name string) (key string, at time.Time, ok bool) {
	mark, ok := strings.CutPrefix(name, usedNames)
	if !ok || len(mark) < len(usedLayout) {
		return "", time.Time{}, false
	}
	key, written := mark[:len(mark)-len(usedLayout)], mark[len(mark)-len(usedLayout):]
	at, err := time.Parse(usedLayout, written)
	return key, at, err == nil
}

// StoredImages lists all images by name, with what their removal frees. The more images there are, the longer it
// takes.
func (e *Engine) StoredImages(ctx context.Context) ([]StoredImage, error) {
	usage, err := e.client.DiskUsage(ctx, types.DiskUsageOptions{Types: []types.DiskUsageObject{types.ImageObject}})
	if err != nil {
		return nil, failed(ctx, err, "list images with their sizes")
	}
	var all []StoredImage
	for _, found := range usage.Images {
		all = append(all, storedImage(found))
	}
	slices.SortFunc(all, func(a, b StoredImage) int { return strings.Compare(a.Ref(), b.Ref()) })
	return all, nil
}

// LabelledImages lists the images that carry all of the labels ("key" or "key=value").
func (e *Engine) LabelledImages(ctx context.Context, labels ...string) ([]StoredImage, error) {
	return e.listStored(ctx, labelFilter(labels...))
}

// TaggedImages lists the images of one of devenv's repositories ("devenv/build") whose tag matches a pattern
// ("*-stage0"), with the matching names only.
func (e *Engine) TaggedImages(ctx context.Context, repository, pattern string) ([]StoredImage, error) {
	named, used := repository+":"+pattern, usedNames+pattern
	return e.listStored(ctx, filters.NewArgs(filters.Arg("reference", named), filters.Arg("reference", used)))
}

func (e *Engine) listStored(ctx context.Context, filter filters.Args) ([]StoredImage, error) {
	list, err := e.client.ImageList(ctx, image.ListOptions{Filters: filter})
	if err != nil {
		return nil, failed(ctx, err, "list images")
	}
	images := make([]StoredImage, len(list))
	for i := range list {
		images[i] = storedImage(&list[i])
	}
	return images, nil
}

func storedImage(found *image.Summary) StoredImage {
	s := StoredImage{ID: found.ID, Labels: found.Labels, Size: found.Size, Created: time.Unix(found.Created, 0)}
	s.Used = s.Created
	for _, name := range found.RepoTags {
		_, at, isMark := useOf(name)
		switch {
		case isMark:
			s.marks = append(s.marks, name)
			if at.After(s.Used) {
				s.Used = at
			}
		case name != "<none>:<none>":
			s.Names = append(s.Names, name)
		}
	}
	slices.Sort(s.Names)
	if found.SharedSize >= 0 && len(s.devenvNames()) == len(s.Names) {
		s.Unique = found.Size - found.SharedSize
	}
	return s
}

// devenvNames returns the names that devenv gave; others belong to somebody else and keep the image.
func (s StoredImage) devenvNames() []string {
	var own []string
	for _, name := range s.Names {
		if strings.HasPrefix(name, ownNames) {
			own = append(own, name)
		}
	}
	return own
}

// Ref returns what to call the image: the names that devenv gave it, or its id if it has none.
func (s StoredImage) Ref() string {
	if own := s.devenvNames(); len(own) > 0 {
		return strings.Join(own, ", ")
	}
	return s.ID
}

// HasLabels reports whether the image carries all of the labels ("key" or "key=value").
func (s StoredImage) HasLabels(wanted ...string) bool {
	for _, w := range wanted {
		key, value, valued := strings.Cut(w, "=")
		if got, ok := s.Labels[key]; !ok || valued && got != value {
			return false
		}
	}
	return true
}

// RemoveStored removes the names that devenv gave an image, which is then deleted unless it has others. It returns
// false and does nothing if a container uses the image.
func (e *Engine) RemoveStored(ctx context.Context, s StoredImage) (bool, error) {
	filter := filters.NewArgs(filters.Arg("ancestor", s.ID))
	using, err := e.client.ContainerList(ctx, container.ListOptions{All: true, Filters: filter})
	if err != nil || len(using) > 0 {
		return false, failed(ctx, err, "list the containers of image %s", s.Ref())
	}
	names := append(s.devenvNames(), s.marks...)
	if len(s.Names)+len(s.marks) == 0 {
		names = []string{s.ID}
	}
	for _, name := range names {
		if err := e.RemoveImage(ctx, name, false); err != nil {
			return false, err
		}
	}
	return true, nil
}
