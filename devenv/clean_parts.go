package devenv

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/compose/engine"
)

// cleanLeftovers removes what runs left behind that no longer hold their worktree's lock. A run that is alive sweeps for
// itself; its containers carry its process and are recognised by the network they hold.
func cleanLeftovers(ctx context.Context, e *engine.Engine, dryRun bool, add func(CleanItem)) error {
	left, err := e.Labelled(ctx, labelRun)
	if err != nil {
		return err
	}
	for _, name := range left {
		add(CleanItem{Kind: "leftover", Name: name})
	}
	if dryRun || len(left) == 0 {
		return nil
	}
	_, err = e.Sweep(ctx, labelRun)
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
