package base

import (
	"context"

	"devenv/devenv/database"
	"devenv/devenv/step"
)

// keeping is the base's database on its way to an image: trials that need only one database do not wait for it.
type keeping struct {
	copied *database.Copy
	// done is closed when the image is there, and stays open when there will be none: who waits is then cancelled (beside).
	done chan struct{}
}

// Image is one of the base's images, which it waits for.
type Image func(context.Context) (database.Image, error)

// WithData returns the base's image with schema and seed data.
func (b *Base) WithData(ctx context.Context) (database.Image, error) {
	if b.keeping != nil {
		if err := step.Wait(ctx, b.keeping.done); err != nil {
			return database.Image{}, err
		}
	}
	return b.Seeded, nil
}

// WithoutData returns the base's image of the empty database.
func (b *Base) WithoutData(context.Context) (database.Image, error) { return b.Empty, nil }

// First returns the base's data for one clone, in which the migration is made and tried: that of a base that this run makes is there
// before its image is.
func (b *Base) First(ctx context.Context) (database.Image, error) {
	if b.keeping != nil && !step.Closed(b.keeping.done) {
		if original, ok := b.keeping.copied.Original(); ok {
			return original, nil
		}
	}
	return b.WithData(ctx)
}

// Keep makes an image of the base's database, where this run has made that. Where another run has given the base's name to its
// own meanwhile, this one's clones are still of the data that the first was of, since now() and random keys differ.
func (b *Base) Keep(ctx context.Context, runner *step.Runner) error {
	if b.keeping == nil {
		return nil
	}
	return runner.Run(ctx, step.New("base: keep", func(ctx context.Context, log *step.Log) error {
		image, err := b.keeping.copied.CommitAlways(ctx, b.SeededRef())
		if err != nil {
			return err
		}
		if image.Known {
			b.Workspace.Discard(image.ID)
		}
		b.Seeded.ID = image.ID
		close(b.keeping.done)
		log.Done("kept as " + b.SeededRef())
		return b.Touch(ctx)
	}))
}

// TakeBack lets the image of the empty database go where the other was not made: it is worth nothing alone. One that was there may
// be in use.
func (b *Base) TakeBack() {
	if b.Seeded.ID == "" && b.Empty.ID != "" && !b.Empty.Known {
		b.Workspace.Discard(b.EmptyRef())
	}
}
