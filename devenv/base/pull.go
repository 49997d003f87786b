package base

import (
	"context"
	"fmt"
	"strings"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// Timeouts for pulling a base that nobody explicitly requested: making one here takes minutes as well.
const (
	pullTimeout  = 5 * time.Minute
	pullPatience = 20 * time.Second
)

// Tags returns the tags of the base's two images; the one that LookUp checks last comes last.
func (b *Base) Tags() []string { return []string{b.emptyTag(), b.Key} }

// Pull pulls the base's images from the configuration's registry. It returns false if there is no registry, it does
// not answer, or its image is not this base: then the base is made here.
func (b *Base) Pull(ctx context.Context, log *step.Log) (bool, error) {
	registry, ok := b.Workspace.Registry()
	if !ok {
		return false, nil
	}
	for _, tag := range b.Tags() {
		ref := registry.Base(tag)
		if err := b.Workspace.Engine.PullWithin(ctx, ref, engine.PullTimeouts{Silence: pullPatience, Total: pullTimeout}, log.Line); err != nil {
			if ctx.Err() == nil {
				b.Workspace.Note(fmt.Sprintf("the base is made here, not taken from the registry: %v (%s)", err,
					strings.ReplaceAll(report.HintOf(err), "\n", "; ")))
			}
			return false, ctx.Err()
		}
		ours, err := database.Adopt(ctx, b.Workspace.Engine, ref, strings.TrimSuffix(tag, "-empty"), tag)
		if err != nil {
			return false, err
		}
		if !ours {
			b.Workspace.Note(ref + " is not the base of that key; the base is made here")
			return false, nil
		}
	}
	return b.LookUp(ctx)
}
