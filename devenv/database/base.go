package database

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// CommitBase makes the server an image: Copy, then its Commit.
func (s *Server) CommitBase(ctx context.Context, ref string, meta Meta, keep Keep) (Image, error) {
	c, err := s.Copy(ctx, meta, keep)
	if err != nil {
		return Image{}, err
	}
	return c.Commit(ctx, ref)
}

// Copy stops the server cleanly and copies its data into a container of the service's image. The server can be started again
// with StartFirst at once. Commit ends what it returns, and puts meta on the image.
func (s *Server) Copy(ctx context.Context, meta Meta, keep Keep) (*Copy, error) {
	if err := s.stopCleanly(ctx); err != nil {
		return nil, err
	}
	c, err := s.copy(ctx, meta, keep)
	if err != nil {
		return nil, report.Fail(report.KindWork, diskHint(err), "keep the database %s: %w", s.settings.Service, err)
	}
	return c, nil
}

// Commit makes the copied data an image. The container that it was copied into goes with the run, by its labels: to remove it
// takes as long as the commit. A clone of the image starts without recovery, and nothing of the server's environment, command
// and files is in it, nor in its history. The tag is put last, so that a half-made base is never found, and only where the image
// holds none of the secrets. An image of the same key that is there already, of another run or of one that was killed, is taken
// instead.
func (c *Copy) Commit(ctx context.Context, ref string) (Image, error) {
	if known, err := c.named(ctx, ref); err != nil || known.Known {
		return known, err
	}
	return c.keepAs(ctx, ref, false)
}

// CommitOwn returns Commit for who has begun with Original: it makes an image in any case, since another run's holds other data. It is
// Known and has no name where another has that.
func (c *Copy) CommitOwn(ctx context.Context, ref string) (Image, error) {
	known, err := c.named(ctx, ref)
	if err != nil {
		return Image{}, err
	}
	return c.keepAs(ctx, ref, known.Known)
}

// named returns the image of the same key that has the name already, Known where there is one.
func (c *Copy) named(ctx context.Context, ref string) (Image, error) {
	known, ok, err := lookupRef(ctx, c.engine, ref)
	known.Known = ok && known.Meta.Key == c.meta.Key
	return known, err
}

// keepAs is commit with an error that says what for.
func (c *Copy) keepAs(ctx context.Context, ref string, taken bool) (Image, error) {
	image, err := c.commit(ctx, ref, taken)
	if err != nil {
		return Image{}, report.Fail(report.KindWork, diskHint(err), "keep the database as %s: %w", ref, err)
	}
	return image, nil
}

// Meta returns what Commit puts on the image.
func (c *Copy) Meta() Meta { return c.meta }

// Original is what a clone can be made of before the image is there: the server's own image, and the volume that its data was
// copied from. The clone writes into that, and it stays when the clone goes. There is one, for the first who asks, and none where
// the server has data elsewhere too.
func (c *Copy) Original() (Image, bool) {
	volume := c.volume
	c.volume = ""
	return Image{ID: c.image.ID, Ref: c.image.ID, Meta: c.meta, volume: volume}, volume != ""
}

func diskHint(err error) string {
	if strings.Contains(err.Error(), "no space left") {
		return "make room: docker system df, devenv clean"
	}
	return report.HintOf(err)
}

// clearedLabels returns the labels that a commit must not hand on, each empty: those of Compose, of Testcontainers and of the
// run which the container has and its image has not; beside them the run that makes it, for who looks for those that never
// got a name. A commit inherits every label that is not overwritten.
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

// Lookup finds a base image by its key; false when there is none, or one of another format.
func Lookup(ctx context.Context, e *engine.Engine, key string) (Image, bool, error) {
	return lookupRef(ctx, e, repository+":"+key)
}

// lookupRef finds a base image by its reference.
func lookupRef(ctx context.Context, e *engine.Engine, ref string) (Image, bool, error) {
	found, ok, err := e.ImageInspect(ctx, ref)
	if err != nil || !ok {
		return Image{}, false, err
	}
	var meta Meta
	if json.Unmarshal([]byte(found.Labels[labelBase]), &meta) != nil || meta.Version != metaVersion {
		return Image{}, false, nil // somebody else's image, or an older devenv's
	}
	return Image{ID: found.ID, Ref: ref, Meta: meta}, true, nil
}

// Outdated names the base images of devenv before version 2 of what an image holds: nothing uses them any more, and they hold
// the password of the database.
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

// Adopt gives an image that was pulled the name of the base of a key, instead of the one it was pulled by; false, and nothing
// is named, when it is not that base: another's image, another devenv's, one of another key or for another platform. tag is the
// key, with "-empty" for a base without data.
func Adopt(ctx context.Context, e *engine.Engine, ref, key, tag string) (bool, error) {
	found, ok, err := e.ImageInspect(ctx, ref)
	if err != nil || !ok {
		return false, err
	}
	var meta Meta
	if json.Unmarshal([]byte(found.Labels[labelBase]), &meta) != nil || meta.Version != metaVersion || meta.Key != key ||
		found.OS != e.Info().OS || found.Arch != e.Info().Arch {
		return false, nil
	}
	if err := e.Tag(ctx, found.ID, repository+":"+tag); err != nil {
		return false, err
	}
	return true, e.RemoveImage(ctx, ref, false)
}
