package compose

import (
	"context"
	"strings"
)

// buildStep remembers the container in which the classic builder runs its current step. It leaves that of a failed step
// behind, and Compose does not ask it to do otherwise; BuildKit has none.
type buildStep struct{ container string }

// hear reads a line that the builder printed.
func (b *buildStep) hear(line string) {
	if _, id, ok := strings.Cut(line, "---> Running in "); ok {
		b.container = strings.TrimSpace(id)
	}
}

// removeFailed removes the container of the step that failed.
func (c *Client) removeFailed(ctx context.Context, b buildStep) error {
	if b.container == "" {
		return nil
	}
	return c.engine.Remove(context.WithoutCancel(ctx), b.container)
}
