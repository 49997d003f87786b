package devenv

import (
	"context"
	"fmt"
	"slices"

	"devenv/devenv/gitrepo"
)

// findNext finds the command that comes after init: which one depends on what the branch has changed already. Code
// whose models have no migration yet does not run on the base's data, so that its stack would be no good first.
func (i *initRun) findNext(ctx context.Context, base gitrepo.Base, paths []string) (string, error) {
	const making = "devenv new-migration \"…\""
	begun, err := i.Workspace.Begun(ctx, base, i.project.Migrations)
	if err != nil {
		return "", err
	}
	if begun.Revision != "" {
		return "devenv test-migration, since the branch has " + begun.Revision, nil
	}
	if !slices.ContainsFunc(paths, i.project.Migrations.IsRevision) {
		return making + ", since there is no migration yet", nil
	}
	if begun.Model != "" {
		return fmt.Sprintf("%s, since the branch changes %s and has no migration", making, begun.Model), nil
	}
	return "devenv up, and once you have changed a model, " + making, nil
}
