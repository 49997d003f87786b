package devenv

import (
	"context"
	"fmt"

	"devenv/compose"
	"devenv/devenv/report"
	"devenv/devenv/retention"
)

// examineBuilt says which images devenv has made on the engine, and how many stay.
func examineBuilt(ctx context.Context, p *patient) finding {
	if p.client == nil {
		return unlooked(noEngine)
	}
	images, err := p.client.Engine().LabelledImages(ctx, compose.KindLabel)
	if err != nil {
		return ill(err.Error(), report.HintOf(err))
	}
	kinds := map[string]int{}
	for _, image := range images {
		kinds[kindOf(image)]++
	}
	return well(fmt.Sprintf("%s, %s, %s of devenv's; of built images runs keep %s in each worktree, and devenv clean removes all that was not used for %d days, but no named snapshot",
		report.Count(kinds[cleanBase], "base"), report.Count(kinds[cleanBuild], "build"), report.Count(kinds[cleanSnapshot], "snapshot"), retention.Default(), DefaultCleanDays))
}
