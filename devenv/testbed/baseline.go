package testbed

import (
	"context"
	"errors"
	"strings"

	"devenv/devenv/database"
	"devenv/devenv/tool"
	"devenv/migrations"
)

// BaseHeads returns the base's heads. The branch's baseline, if it has one, is among what the base's databases have.
func (b *Testbed) BaseHeads() []string {
	if b.Baseline != "" {
		return []string{b.Baseline}
	}
	return b.Base.Seeded.Meta.Head
}

// SetBaseline makes one of the branch's revisions the baseline, and records in a clone of the base's data that it is
// applied; later clones of it are recorded in as they start.
func (b *Testbed) SetBaseline(ctx context.Context, seeded *Seeded, revision string) error {
	b.Baseline = revision
	return b.recordBaseline(ctx, seeded.Server)
}

// recordBaseline records in a clone of the base's data that the baseline is applied.
func (b *Testbed) recordBaseline(ctx context.Context, s *database.Server) error {
	setter, err := b.Tool.VersionSetter()
	if err != nil {
		return err
	}
	return tool.ExplainLost(ctx, s, setter.SetVersion(ctx, b.Tool.Database(s), b.Baseline))
}

// MadeBy returns the tables and columns, as a catalog names them, that upgrading to a revision makes in an empty
// database; none if the upgrade fails, which the trials report.
func (b *Testbed) MadeBy(ctx context.Context, revision string) (made []string, err error) {
	empty, err := b.Empties.New(ctx)
	if err != nil {
		return nil, err
	}
	err = empty.Use(ctx, func(server *database.Server) error {
		before, err := b.Catalog(ctx, server)
		if err != nil {
			return err
		}
		_, err = b.Tool.Upgrade(ctx, b.Tool.Database(server), migrations.At(revision))
		var failure *migrations.Failure
		if errors.As(err, &failure) && !failure.Unanswered() {
			return nil
		}
		if err != nil {
			return err
		}
		after, err := b.Catalog(ctx, server)
		for object := range after.Objects {
			if _, known := before.Objects[object]; !known && (strings.HasPrefix(object, "table:") || strings.HasPrefix(object, "column:")) {
				made = append(made, object)
			}
		}
		return err
	})
	return made, err
}
