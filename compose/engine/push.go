package engine

import (
	"context"

	"github.com/docker/docker/api/types/image"

	"devenv/devenv/report"
)

// anonymous is what the engine wants where there are no credentials: the API takes no empty header for a push.
const anonymous = "e30="

// Push brings an image to its registry, with the credentials that the endpoint has for it; progress, which may be nil, hears
// what the engine says, a line at a time. A failure has the last lines.
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
