package base

import (
	"context"
	"time"

	"devenv/devenv/database"
	"devenv/devenv/inputs"
	"devenv/devenv/step"
)

// pendingImage is the base's database before it becomes an image: trials that need only one database do not wait for
// the image.
type pendingImage struct {
	copied *database.Copy
	// done is closed when the image exists, and stays open if there will be none: whoever waits is cancelled then
	// (beside).
	done chan struct{}
}

// Image returns one of the base's images, for which it waits.
type Image func(context.Context) (database.Image, error)

// WithData returns the base's image with schema and seed data.
func (b *Base) WithData(ctx context.Context) (database.Image, error) {
	if b.pending != nil {
		if err := step.Wait(ctx, b.pending.done); err != nil {
			return database.Image{}, err
		}
	}
	return b.Seeded, nil
}

// WithoutData returns the base's image of the empty database.
func (b *Base) WithoutData(context.Context) (database.Image, error) { return b.Empty, nil }

// Original returns the base's data for a single clone, in which the migration is made and tried. For a base that this
// run makes, it is available before the image is.
func (b *Base) Original(ctx context.Context) (database.Image, error) {
	if b.pending != nil && !step.Closed(b.pending.done) {
		if original, ok := b.pending.copied.Original(); ok {
			return original, nil
		}
	}
	return b.WithData(ctx)
}

// Keep makes an image of the base's database if this run made the database. If another run has given its own image
// the base's name meanwhile, this run's clones still use the data that its first clone used, since now() and random
// keys differ.
func (b *Base) Keep(ctx context.Context, runner *step.Runner) error {
	if b.pending == nil {
		return nil
	}
	return runner.Run(ctx, step.New(stepPrefix+"keep", func(ctx context.Context, log *step.Log) error {
		image, err := b.pending.copied.CommitAlways(ctx, b.SeededRef())
		if err != nil {
			return err
		}
		if image.Known {
			b.Workspace.Discard(image.ID)
		}
		b.Seeded.ID = image.ID
		close(b.pending.done)
		log.Done("kept as " + b.SeededRef())
		return b.Touch(ctx)
	}))
}

// copyOptions returns what of the server goes into the base's images, and what must not.
func (b *build) copyOptions() database.CopyOptions {
	return database.CopyOptions{Image: b.plain, Labels: b.Workspace.ImageLabels(), Given: b.given, Secrets: b.from.Secrets}
}

// meta returns what one of the base's images is made from, which its key identifies.
func (b *build) meta(key string, made []inputs.Input) database.Meta {
	ref := b.from.Ref
	meta := database.Meta{Key: key, Ref: ref.Ref, Commit: ref.Commit, Settings: b.Settings, Created: time.Now()}
	for _, i := range made {
		meta.Inputs = append(meta.Inputs, i.String())
	}
	return meta
}
