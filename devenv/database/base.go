package database

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// CommitBase turns the server into an image: Copy, then Commit.
func (s *Server) CommitBase(ctx context.Context, ref string, meta Meta, keep CopyOptions) (Image, error) {
	c, err := s.Copy(ctx, meta, keep)
	if err != nil {
		return Image{}, err
	}
	return c.Commit(ctx, ref)
}

// Copy stops the server cleanly and copies its data into a container of the service's image. The server can be
// restarted at once with Start. Commit finishes the copy and puts meta on the image.
func (s *Server) Copy(ctx context.Context, meta Meta, keep CopyOptions) (*Copy, error) {
	if err := s.stopCleanly(ctx); err != nil {
		return nil, err
	}
	c, err := s.copy(ctx, meta, keep)
	if err != nil {
		return nil, report.Fail(report.KindWork, diskHint(err), "keep the database %s: %w", s.settings.Service, err)
	}
	return c, nil
}

// Commit turns the copied data into an image. The container that holds the copy is removed with the run, by its
// labels: removing it takes as long as the commit. A clone of the image starts without recovery, and the image and
// its history contain nothing of the server's environment, command and files. The tag comes last, so that nobody
// finds a half-made base, and only if the image holds none of the secrets. If an image of the same key exists
// already, from another run or one that was killed, Commit returns that one.
func (c *Copy) Commit(ctx context.Context, ref string) (Image, error) {
	if known, err := c.existing(ctx, ref); err != nil || known.Known {
		return known, err
	}
	return c.commitAs(ctx, ref, false)
}

// CommitAlways is Commit for a caller that already used Original: it always makes an image, since another run's holds
// other data. The image is Known and has no name if another has that name.
func (c *Copy) CommitAlways(ctx context.Context, ref string) (Image, error) {
	known, err := c.existing(ctx, ref)
	if err != nil {
		return Image{}, err
	}
	return c.commitAs(ctx, ref, known.Known)
}

// existing returns the image of the same key if it exists, as Known.
func (c *Copy) existing(ctx context.Context, ref string) (Image, error) {
	known, ok, err := lookupRef(ctx, c.engine, ref)
	known.Known = ok && known.Meta.Key == c.meta.Key
	return known, err
}

// commitAs is commit with an error that names the image.
func (c *Copy) commitAs(ctx context.Context, ref string, taken bool) (Image, error) {
	image, err := c.commit(ctx, ref, taken)
	if err != nil {
		return Image{}, report.Fail(report.KindWork, diskHint(err), "keep the database as %s: %w", ref, err)
	}
	return image, nil
}

// Meta returns what Commit puts on the image.
func (c *Copy) Meta() Meta { return c.meta }

// Original returns what a clone can use before the image exists: the server's own image, and the volume that its data
// was copied from. The clone writes into the volume, which survives the clone. Only the first caller gets it, and
// nobody does if the server has data elsewhere too.
func (c *Copy) Original() (Image, bool) {
	volume := c.volume
	c.volume = ""
	return Image{ID: c.image.ID, Ref: c.image.ID, Meta: c.meta, volume: volume}, volume != ""
}

func diskHint(err error) string {
	if strings.Contains(err.Error(), "no space left") {
		return "free some space: docker system df, devenv clean"
	}
	return report.HintOf(err)
}

// clearedLabels returns empty values for the labels that a commit must not pass on: those of Compose, of
// Testcontainers and of the run that the container has and its image lacks. It adds the run that makes the image, so
// that images that never got a name can be found. A commit inherits every label that is not overwritten.
func clearedLabels(ctx context.Context, e *engine.Engine, id string) (map[string]string, error) {
	container, err := e.Inspect(ctx, id)
	if err != nil {
		return nil, err
	}
	image, _, err := e.ImageInspect(ctx, container.Image)
	if err != nil {
		return nil, err
	}
	cleared := map[string]string{}
	for name, value := range container.Labels {
		if foreignLabel(name) && image.Labels[name] != value {
			cleared[name] = ""
		}
	}
	if run := container.Labels["dev.devenv.run"]; run != "" {
		cleared[LabelMadeBy] = run
	}
	return cleared, nil
}

func foreignLabel(name string) bool {
	for _, prefix := range []string{"com.docker.compose.", "org.testcontainers", "dev.devenv."} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// Lookup finds a base image by its key; false if there is none, or only one of another format.
func Lookup(ctx context.Context, e *engine.Engine, key string) (Image, bool, error) {
	return lookupRef(ctx, e, repository+":"+key)
}

// lookupRef finds a base image by its reference.
func lookupRef(ctx context.Context, e *engine.Engine, ref string) (Image, bool, error) {
	found, ok, err := e.ImageInspect(ctx, ref)
	if err != nil || !ok {
		return Image{}, false, err
	}
	meta, ours := metaOf(found.Labels)
	if !ours {
		return Image{}, false, nil
	}
	return Image{ID: found.ID, Ref: ref, Meta: meta}, true, nil
}

// metaOf returns what an image's labels tell; false for somebody else's image, or an older devenv's.
func metaOf(labels map[string]string) (meta Meta, ours bool) {
	err := json.Unmarshal([]byte(labels[labelBase]), &meta)
	return meta, err == nil && meta.Version == metaVersion
}

// Bases returns the images of databases with data that have a name, in no order.
func Bases(ctx context.Context, e *engine.Engine) ([]Image, error) {
	stored, err := e.LabelledImages(ctx, labelKind+"="+kindBase)
	var bases []Image
	for _, image := range stored {
		meta, ours := metaOf(image.Labels)
		if ref := repository + ":" + meta.Key; ours && slices.Contains(image.Names, ref) {
			bases = append(bases, Image{ID: image.ID, Ref: ref, Meta: meta})
		}
	}
	return bases, err
}

// Outdated lists base images made before version 2 of the image format: nothing uses them any more, and they contain
// the database's password.
func Outdated(ctx context.Context, e *engine.Engine) ([]string, error) {
	images, err := e.Images(ctx, labelKind+"="+kindBase)
	var names []string
	for _, image := range images {
		var meta Meta
		if json.Unmarshal([]byte(image.Labels[labelBase]), &meta) == nil && meta.Version == metaVersionOpen {
			names = append(names, image.Ref)
		}
	}
	slices.Sort(names)
	return names, err
}

// Adopt gives a pulled image the name of the base of a key, instead of the name it was pulled by. It returns false
// and names nothing if the image is not that base: somebody else's image, another devenv's, or one for another key or
// platform. tag is the key, with "-empty" for a base without data.
func Adopt(ctx context.Context, e *engine.Engine, ref, key, tag string) (bool, error) {
	found, ok, err := e.ImageInspect(ctx, ref)
	if err != nil || !ok {
		return false, err
	}
	if meta, ours := metaOf(found.Labels); !ours || meta.Key != key || found.OS != e.Info().OS || found.Arch != e.Info().Arch {
		return false, nil
	}
	if err := e.Tag(ctx, found.ID, repository+":"+tag); err != nil {
		return false, err
	}
	return true, e.RemoveImage(ctx, ref, false)
}
