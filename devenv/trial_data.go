package devenv

import (
	"context"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/data"
)

// compareData compares the data before and after the upgrade. The rows behind a difference are read beside those of a fresh
// clone, which a migration that changes nothing never needs.
func (r *run) compareData(ctx context.Context) error {
	if !r.selection.Wants(checks.TrialData) {
		return nil
	}
	defer r.spend(checks.TrialData, time.Now())
	after, err := r.takeFingerprint(ctx)
	if err != nil {
		return err
	}
	r.after.fingerprint = after
	changes := r.before.fingerprint.Compare(after)
	if len(changes) > 0 {
		changes, err = r.examine(ctx, after, changes)
	}
	r.facts.Data = checks.DataOutcome{Ran: err == nil, Changes: changes}
	return err
}

// examine settles changes against the base's own data.
func (r *run) examine(ctx context.Context, after data.Fingerprint, changes []data.Change) ([]data.Change, error) {
	return onClone(ctx, r, r.base.WithData, func(original *database.Server) ([]data.Change, error) {
		was, err := original.Connect(ctx)
		if err != nil {
			return nil, err
		}
		defer was.Close(context.WithoutCancel(ctx)) //nolint:errcheck // only read from
		is, err := r.seeded.Connect(ctx)
		if err != nil {
			return nil, err
		}
		defer is.Close(context.WithoutCancel(ctx)) //nolint:errcheck // only read from
		return data.Examine(ctx, data.State{Conn: was, Print: r.before.fingerprint}, data.State{Conn: is, Print: after}, changes)
	})
}
