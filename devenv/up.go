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

// UpItem is one service that was started or is running already.
type UpItem = stack.UpItem

// DefaultReadyTimeout is how long a service of the user's own stack may take to become ready.
const DefaultReadyTimeout = stack.DefaultReadyTimeout

// Up starts the user's own stack as docker compose up would, and waits until each service is really ready. If the
// database is at a revision this branch does not have, it asks whether to reset it; if there is nobody to ask, the
// failure suggests it.
func Up(ctx context.Context, o UpOptions) (*report.Items, error) {
	items, unknownRevision, err := upOnce(ctx, o)
	if unknownRevision == "" || o.Ask == nil {
		return items, err
	}
	yes, askErr := o.Ask.Confirm(ctx, "The database is at revision "+unknownRevision+", which is not on this branch. Reset it to this "+
		"branch? The current data is kept.")
	if askErr != nil || !yes {
		return items, errors.Join(askErr, err)
	}
	if _, err := Reset(ctx, ResetOptions{Options: o.Options, To: ResetToBranch, Yes: true}); err != nil {
		return items, err
	}
	items, _, err = upOnce(ctx, o)
	return items, err
}

// upOnce starts the stack. If this branch does not have the database's revision, it returns that revision.
func upOnce(ctx context.Context, o UpOptions) (_ *report.Items, unknownRevision string, _ error) {
	s := session.New("up", o.Options)
	services, unknownRevision, err := stack.Up(ctx, s, o)
	items, err := ended(ctx, s, listed(s, services), err)
	return items, unknownRevision, err
}
