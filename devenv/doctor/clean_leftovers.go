package doctor

import (
	"context"
	"errors"

	"devenv/compose/engine"
	"devenv/devenv/project"
)

// cleanLeftovers removes what finished runs have left on the engine.
func cleanLeftovers(ctx context.Context, e *engine.Engine, dryRun bool, add func(CleanItem)) error {
	left, err := project.Leftovers(ctx, e)
	for _, l := range left {
		for _, m := range l.Made {
			add(CleanItem{Kind: "leftover", Name: m.String(), Why: l.Why})
		}
		if !dryRun {
			err = errors.Join(err, e.RemoveResources(ctx, l.Made))
		}
	}
	return err
}
