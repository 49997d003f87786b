package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/devenv/builds"
	"devenv/devenv/database"
	"devenv/devenv/machine"
)

// The kinds of images that clean removes, and why it removes one that is still useful.
const (
	cleanBase     = "base"
	cleanBuild    = "build"
	cleanSnapshot = "snapshot"
	whyRequested  = "requested"
)

// incompleteAge is how old an unnamed image must be to count as left by an interrupted run, because an image that is
// being made has no name either.
const incompleteAge = time.Hour

// imageRemovals returns the images that are no longer needed.
func imageRemovals(ctx context.Context, e *engine.Engine, o CleanOptions, now time.Time) ([]removal, error) {
	stored, err := e.StoredImages(ctx)
	if err != nil {
		return nil, err
	}
	var removals []removal
	for _, kind := range []string{cleanBase, cleanBuild, cleanSnapshot} {
		for _, image := range stored {
			if kindOf(image) != kind || !image.HasLabels(o.Labels...) {
				continue
			}
			if why := o.whyUnneeded(kind, image, now); why != "" {
				removals = append(removals, removal{
					CleanItem: CleanItem{Kind: kind, Name: image.Ref(), Bytes: image.Unique, Why: why},
					do:        func(ctx context.Context) (bool, error) { return e.RemoveStored(ctx, image) },
				})
			}
		}
	}
	return removals, nil
}

// kindOf returns the kind of an image made by devenv, empty for any other. An image to which somebody else gave its
// only names is theirs by now. Intermediate images of the classic builder have names but no labels.
func kindOf(image engine.StoredImage) string {
	if len(image.Names) > 0 && image.Ref() == image.ID {
		return ""
	}
	if kind, ok := image.Labels[compose.KindLabel]; ok {
		return kind
	}
	if slices.ContainsFunc(image.Names, func(name string) bool { return strings.HasPrefix(name, builds.Names) }) {
		return cleanBuild
	}
	return ""
}

// whyUnneeded returns why an image is no longer needed, empty if it is.
func (o CleanOptions) whyUnneeded(kind string, image engine.StoredImage, now time.Time) string {
	days := func(since time.Time) int { return int(now.Sub(since).Hours() / 24) }
	if image.Ref() == image.ID {
		if now.Sub(image.Created) > incompleteAge {
			return "no name leads to it"
		}
		return ""
	}
	if kind == cleanSnapshot {
		switch automatic, created := database.SnapshotOrigin(image.Labels); {
		case o.Snapshots && automatic == "":
			return whyRequested
		case automatic != "" && days(created) >= o.Days:
			return fmt.Sprintf("taken before %s, %d days ago", automatic, days(created))
		}
		return ""
	}
	switch {
	case o.Bases:
		return whyRequested
	case days(image.Used) >= o.Days:
		return fmt.Sprintf("not used for %d days", days(image.Used))
	}
	return ""
}

// cleanCached removes a directory of the cache.
func cleanCached(kind, dir string, dryRun bool, add func(CleanItem)) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	add(CleanItem{Kind: kind, Name: dir, Bytes: machine.BytesBelow(dir)})
	if dryRun {
		return nil
	}
	return os.RemoveAll(dir)
}
