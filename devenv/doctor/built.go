package doctor

import (
	"context"
	"fmt"

	"devenv/compose"
	"devenv/devenv/report"
	"devenv/devenv/retention"
)

// examineBuilt reports how many images devenv has made on the engine, and how many it keeps.
func examineBuilt(ctx context.Context, t *target) finding {
	if t.client == nil {
		return skip(noEngine)
	}
	images, err := t.client.Engine().LabelledImages(ctx, compose.KindLabel)
	if err != nil {
		return fail(err.Error(), report.HintOf(err))
	}
	kinds := map[string]int{}
	for _, image := range images {
		kinds[kindOf(image)]++
	}
	return pass(fmt.Sprintf("devenv has %s, %s, %s; runs keep %s of those they build for each worktree, and devenv clean removes what was "+
		"not used for %d days, except named snapshots",
		report.Count(kinds[cleanBase], "base"), report.Count(kinds[cleanBuild], "build"), report.Count(kinds[cleanSnapshot],
			"snapshot"), retention.Default(), DefaultCleanDays))
}
