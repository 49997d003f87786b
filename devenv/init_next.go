package devenv

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"devenv/devenv/gitrepo"
)

// findNext finds the command that comes after init: which one depends on what the branch has changed already. Code
// whose models have no migration yet does not run on the base's data, so that its stack would be no good first.
func (i *initRun) findNext(ctx context.Context, base gitrepo.Base, paths []string) (string, error) {
	const making = "devenv new-migration \"…\""
	repo := i.Workspace.Repo
	head, err := repo.Head(ctx)
	if err != nil {
		return "", err
	}
	fork, err := repo.MergeBase(ctx, head.Commit, base.Commit)
	if err != nil {
		return "", err
	}
	changed, err := repo.ChangedSince(ctx, fork)
	if err != nil {
		return "", err
	}
	if own := slices.IndexFunc(changed, i.isRevision); own >= 0 {
		return "devenv test-migration, since the branch has " + changed[own], nil
	}
	if !slices.ContainsFunc(paths, i.isRevision) {
		return making + ", since there is no migration yet", nil
	}
	if model := slices.IndexFunc(changed, i.describesModels); model >= 0 {
		return fmt.Sprintf("%s, since the branch changes %s and has no migration", making, changed[model]), nil
	}
	return "devenv up, and once you have changed a model, " + making, nil
}

// isRevision reports whether a path of the repository is that of a revision.
func (i *initRun) isRevision(path string) bool {
	tool := i.project.Migrations
	return tool.Kind.Files.IsRevision(path) &&
		slices.ContainsFunc(tool.Versions, func(dir string) bool { return strings.HasPrefix(path, dir+"/") })
}

// describesModels reports whether a file of the repository can describe models.
func (i *initRun) describesModels(path string) bool {
	tool := i.project.Migrations
	if tool.Kind.Models == nil || strings.HasPrefix(path, tool.ScriptLocation+"/") {
		return false
	}
	content, err := os.ReadFile(filepath.Join(i.Workspace.Repo.Root(), filepath.FromSlash(path)))
	return err == nil && tool.Kind.Models.Describes(path, content)
}
