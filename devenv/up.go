package devenv

import (
	"context"
	"errors"

	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/stack"
)

// UpOptions are the options of up.
type UpOptions = stack.UpOptions

// UpItem is one service that was started, or is there.
type UpItem = stack.UpItem

// DefaultReadyTimeout is what a service of the user's own stack gets to become ready.
const DefaultReadyTimeout = stack.DefaultReadyTimeout

// Up starts the user's own stack as docker compose up would, and waits until each service is really ready. Where the database is
// at a revision that this branch does not have, it asks whether to reset it, which the failure says where nobody is there to ask.
func Up(ctx context.Context, o UpOptions) (*report.Items, error) {
	items, foreign, err := upOnce(ctx, o)
	if foreign == "" || o.Ask == nil {
		return items, err
	}
	yes, askErr := o.Ask.Confirm(ctx, "The database is at revision "+foreign+", which is not on this branch. Reset it to this branch? What is there is kept.")
	if askErr != nil || !yes {
		return items, errors.Join(askErr, err)
	}
	if _, err := Reset(ctx, ResetOptions{Options: o.Options, To: ResetToBranch, Yes: true}); err != nil {
		return items, err
	}
	items, _, err = upOnce(ctx, o)
	return items, err
}

// upOnce starts the stack. It returns the revision of the database that this branch does not have, empty where that is not the
// matter.
func upOnce(ctx context.Context, o UpOptions) (_ *report.Items, foreign string, _ error) {
	s := session.New("up", o.Options)
	services, foreign, err := stack.Up(ctx, s, o)
	items, err := ended(ctx, s, listed(s, services), err)
	return items, foreign, err
}
