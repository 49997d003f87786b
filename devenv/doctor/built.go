package doctor

import (
	"context"
	"fmt"

	"devenv/compose"
	"devenv/devenv/report"
	"devenv/devenv/retention"
)

// examineBuilt returns which images devenv has made on the engine, and how many stay.
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
	return pass(fmt.Sprintf("%s, %s, %s of devenv's; of built images runs keep %s in each worktree, and devenv clean removes all that was not used for %d days, but no named snapshot",
		report.Count(kinds[cleanBase], "base"), report.Count(kinds[cleanBuild], "build"), report.Count(kinds[cleanSnapshot], "snapshot"), retention.Default(), DefaultCleanDays))
}
