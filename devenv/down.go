package devenv

import (
	"context"

	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/stack"
)

// DownOptions are the options of down.
type DownOptions = stack.DownOptions

// DownItem is a container that was removed, or would be.
type DownItem = stack.DownItem

// Down removes the containers and networks of the user's own stack, as docker compose down would.
func Down(ctx context.Context, o DownOptions) (*report.Items, error) {
	s := session.New("down", o.Options)
	removed, err := stack.Down(ctx, s, o)
	return ended(ctx, s, listed(s, removed), err)
}
