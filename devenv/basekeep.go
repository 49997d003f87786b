package devenv

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

// baseImage is one of the base's images, which it waits for.
type baseImage func(context.Context) (database.Image, error)

// withData is the base's image with schema and seed data.
func (b *base) withData(ctx context.Context) (database.Image, error) {
	if b.keeping != nil {
		if err := step.Wait(ctx, b.keeping.done); err != nil {
			return database.Image{}, err
		}
	}
	return b.seeded, nil
}

// withoutData is the base's image of the empty database.
func (b *base) withoutData(context.Context) (database.Image, error) { return b.empty, nil }

// first is the base's data for one clone, in which the migration is made and tried: that of a base that this run makes is there
// before its image is.
func (b *base) first(ctx context.Context) (database.Image, error) {
	if b.keeping != nil && !step.Closed(b.keeping.done) {
		if original, ok := b.keeping.copied.Original(); ok {
			return original, nil
		}
	}
	return b.withData(ctx)
}

// keepBase makes an image of the base's database, where this run has made that. Where another run has given the base's name to its
// own meanwhile, this one's clones are still of the data that the first was of, since now() and random keys differ.
func (r *run) keepBase(ctx context.Context, _ *step.Log) error {
	if r.base.keeping == nil {
		return nil
	}
	return r.Run(ctx, step.New("base: keep", func(ctx context.Context, log *step.Log) error {
		b := r.base
		image, err := b.keeping.copied.CommitOwn(ctx, b.seededRef())
		if err != nil {
			return err
		}
		if image.Known {
			r.place.Discard(image.ID)
		}
		b.seeded.ID = image.ID
		close(b.keeping.done)
		log.Done("kept as " + b.seededRef())
		return b.touch(ctx)
	}))
}

// takeBack lets the image of the empty database go where the other was not made: it is worth nothing alone. One that was there may
// be in use.
func (b *base) takeBack() {
	if b.seeded.ID == "" && b.empty.ID != "" && !b.empty.Known {
		b.Workspace.Discard(b.emptyRef())
	}
}
