package engine

import "context"

// Uncut returns the context for a call that makes something on the engine. The engine goes on when its client goes away,
// so a call that is cut off makes what nobody knows of: it is not begun after an interrupt, and not cut off by one.
func Uncut(ctx context.Context) (context.Context, error) {
	return context.WithoutCancel(ctx), ctx.Err()
}
