package devenv

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/compose/engine"
	"devenv/devenv/gitrepo"
)

// cleanLeftovers removes what interrupted runs left on the engine: of every worktree that is gone, or whose lock no run
// holds.
func cleanLeftovers(ctx context.Context, e *engine.Engine, dryRun bool, add func(CleanItem)) error {
	roots, err := e.LabelValues(ctx, labelRoot)
	if err != nil {
		return err
	}
	var failed error
	for _, root := range roots {
		failed = errors.Join(failed, cleanWorktree(ctx, e, root, dryRun, add))
	}
	return failed
}

// cleanWorktree removes the leftovers of one worktree, holding its lock. One that a run holds is left alone.
func cleanWorktree(ctx context.Context, e *engine.Engine, root string, dryRun bool, add func(CleanItem)) (err error) {
	if repo, openErr := gitrepo.Open(ctx, root); openErr == nil {
		lock, lockErr := repo.Lock(ctx, "clean")
		if lockErr != nil {
			return nil
		}
		defer func() { err = errors.Join(err, lock.Release()) }()
	}
	label := labelWorktree + "=" + WorktreeID(root)
	left, err := e.Labelled(ctx, label)
	if err != nil {
		return err
	}
	for _, name := range left {
		add(CleanItem{Kind: "leftover", Name: name})
	}
	if dryRun {
		return nil
	}
	_, err = e.Sweep(ctx, label)
	return err
}

// cleanImages removes base images and built images.
func cleanImages(ctx context.Context, e *engine.Engine, dryRun bool, add func(CleanItem)) error {
	var failed error
	for _, label := range []string{"dev.devenv.kind=base", "dev.devenv.kind=build"} {
		images, err := e.Images(ctx, label)
		if err != nil {
			return err
		}
		for _, image := range images {
			add(CleanItem{Kind: "image", Name: image.Ref, Bytes: image.Size})
			if !dryRun {
				failed = errors.Join(failed, e.RemoveImage(ctx, image.Ref, true))
			}
		}
	}
	return failed
}

// cleanTrees removes the private trees; the next run checks them out anew.
func cleanTrees(dryRun bool, add func(CleanItem)) error {
	cache, err := cacheDirectory()
	if err != nil {
		return err
	}
	trees := filepath.Join(cache, "trees")
	if _, err := os.Stat(trees); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	add(CleanItem{Kind: "trees", Name: trees})
	if dryRun {
		return nil
	}
	return os.RemoveAll(trees)
}
