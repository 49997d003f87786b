package compose

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// stageMark stands between the name of a stage's image and the stage's number.
const stageMark = "-stage"

// nameStages names what the stages of a service's build came to. The classic builder leaves those images without a name or a
// label: they make later builds faster, and nothing else says whose they are. Those that an earlier build named are marked as used;
// others that are there already are somebody else's.
func (c *Client) nameStages(ctx context.Context, b buildStep, s types.ServiceConfig) error {
	ctx = context.WithoutCancel(ctx)
	b.endStage()
	for i, stage := range b.nameless {
		if stage.made {
			name := fmt.Sprintf("%s-%s-%s%s%d", s.Image, s.Build.Labels[BuilderLabel], s.Name, stageMark, i)
			if err := c.engine.Tag(ctx, stage.id, name); err != nil {
				return err
			}
			continue
		}
		if err := c.useStage(ctx, stage.id); err != nil {
			return err
		}
	}
	return nil
}

// useStage marks a stage's image as used, where an earlier build has named it.
func (c *Client) useStage(ctx context.Context, id string) error {
	found, _, err := c.engine.ImageInspect(ctx, id)
	if err != nil {
		return err
	}
	if at := slices.IndexFunc(found.Names, isStage); at >= 0 {
		_, err = c.engine.Touch(ctx, found.Names[at])
	}
	return err
}

func isStage(name string) bool {
	_, stage := StageOf(name)
	return stage != ""
}

// StageOf says from the name of a stage's image for whom it was built, and which service's stage it is of, as "SERVICE-stageN"; empty
// for other names.
func StageOf(name string) (builder, stage string) {
	_, tag, _ := strings.Cut(name, ":")
	parts := strings.SplitN(tag, "-", 3)
	if len(parts) < 3 {
		return "", ""
	}
	at := strings.LastIndex(parts[2], stageMark)
	if at < 0 || strings.Trim(parts[2][at+len(stageMark):], "0123456789") != "" {
		return "", ""
	}
	return parts[1], parts[2]
}
