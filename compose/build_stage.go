package compose

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// stageMark separates the service's image name from the stage's number in the name of a stage's image.
const stageMark = "-stage"

// nameStages names the images of a service's build stages. The classic builder leaves them without a name or a label:
// they make later builds faster, but nothing else records whose they are. Stages that an earlier build named are
// marked as used; other images that existed already belong to somebody else.
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

// useStage marks a stage's image as used if an earlier build has named it.
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

// StageOf returns, from the name of a stage's image, for whom it was built, and the service and stage as
// "SERVICE-stageN". Both are empty for other names.
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
