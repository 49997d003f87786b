package engine

import "context"

// Uninterrupted returns the context for a call that creates something on the engine. The engine carries on when its
// client goes away, so an aborted call would create something that nobody knows of: such a call does not begin after
// an interrupt, and an interrupt does not abort it.
func Uninterrupted(ctx context.Context) (context.Context, error) {
	return context.WithoutCancel(ctx), ctx.Err()
}
