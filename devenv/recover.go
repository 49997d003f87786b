package devenv

import (
	"context"

	"devenv/devenv/project"
)

// endCutOff ends what a command that was killed has begun with the user's own data, and removes the images that it made for itself.
func endCutOff(ctx context.Context, w *project.Workspace) error {
	done, err := settleExchange(ctx, w)
	if err != nil {
		return err
	}
	if done.remark != "" {
		w.Note(done.remark)
	}
	tidyKept(ctx, w)
	return removeMade(ctx, w)
}
