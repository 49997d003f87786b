package doctor

import (
	"context"
	"fmt"
	"slices"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/devenv/builds"
	"devenv/devenv/report"
	"devenv/devenv/retention"
)

// countKinds counts images by their kind, each once: those of the classic builder's stages have names and no labels.
func countKinds(images []engine.StoredImage) map[string]int {
	kinds, seen := map[string]int{}, map[string]bool{}
	for _, image := range images {
		if !seen[image.ID] {
			kinds[kindOf(image)]++
		}
		seen[image.ID] = true
	}
	return kinds
}

// examineBuilt reports how many images devenv has made on the engine, and how many it keeps.
func examineBuilt(ctx context.Context, t *target) finding {
	if t.client == nil {
		return skip(noEngine)
	}
	images, err := t.client.Engine().LabelledImages(ctx, compose.KindLabel)
	if err != nil {
		return fail(err.Error(), report.HintOf(err))
	}
	stages, err := t.client.Engine().TaggedImages(ctx, builds.Repository, "*")
	if err != nil {
		return fail(err.Error(), report.HintOf(err))
	}
	kinds := countKinds(slices.Concat(images, stages))
	return pass(fmt.Sprintf("devenv has %s, %s, %s; runs keep %s of those they build for each worktree, and devenv clean removes what was "+
		"not used for %d days, except named snapshots",
		report.Count(kinds[cleanBase], "base"), report.Count(kinds[cleanBuild], "build"), report.Count(kinds[cleanSnapshot],
			"snapshot"), retention.Default(), DefaultCleanDays))
}
