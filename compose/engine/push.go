package engine

import (
	"context"

	"github.com/docker/docker/api/types/image"

	"devenv/devenv/report"
)

// anonymous is what the engine expects without credentials: its API does not accept an empty header for a push.
const anonymous = "e30="

// Push pushes an image to its registry with the endpoint's credentials. progress, which may be nil, receives the
// engine's messages line by line. A failure has the last lines.
func (e *Engine) Push(ctx context.Context, ref string, progress func(line string)) error {
	options := image.PushOptions{RegistryAuth: anonymous}
	if e.endpoint.Auth != nil {
		if auth := e.endpoint.Auth(ref); auth != "" {
			options.RegistryAuth = auth
		}
	}
	if progress == nil {
		progress = func(string) {}
	}
	stream, err := e.client.ImagePush(ctx, ref, options)
	if err == nil {
		defer stream.Close() //nolint:errcheck // it was read to its end
		err = readPull(ctx, ref, stream, progress)
	}
	if err == nil || ctx.Err() != nil {
		return err
	}
	return report.Fail(report.KindWork, registryHint(ref, err.Error()), "push %s: %w", ref, err).WithOutput(report.OutputOf(err))
}
