package devenv

import (
	"context"

	"devenv/devenv/project"
)

// open opens a workspace for a command that may change something; note hears remarks.
func (o Options) open(ctx context.Context, command string, note func(string)) (*project.Workspace, error) {
	return project.Open(ctx, project.OpenOptions{Choice: o.choice(), Command: command, Redactor: o.redactor, Note: note, Recover: endCutOff})
}

// look opens a workspace to look at.
func (o Options) look(ctx context.Context, note func(string)) (*project.Workspace, error) {
	return project.Look(ctx, project.OpenOptions{Choice: o.choice(), Redactor: o.redactor, Note: note})
}

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
