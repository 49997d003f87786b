package devenv

import (
	"context"
	"slices"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/database"
)

// tryRepeat upgrades another clone, in another time zone, and compares what came out. Only where that differs is a third run
// needed, to tell what depends on the zone from what is never the same.
func (r *run) tryRepeat(ctx context.Context, log *stepLog) error {
	if !r.selection.Wants(checks.TrialRepeat) || !r.upgraded() || len(r.after.fingerprint.Tables) == 0 {
		log.skipped("")
		return nil
	}
	defer r.spend(checks.TrialRepeat, time.Now())
	elsewhere, ok, err := r.upgradeAgain(ctx, true)
	if err != nil || !ok {
		return err
	}
	suspects := r.after.fingerprint.Unlike(elsewhere)
	if len(suspects) == 0 {
		return nil
	}
	again, ok, err := r.upgradeAgain(ctx, false)
	if err != nil || !ok {
		return err
	}
	unlike := r.after.fingerprint.Unlike(again)
	for _, c := range suspects {
		random := slices.Contains(unlike, c)
		if random && !r.before.fingerprint.Had(c, r.after.fingerprint) {
			continue // a new column may be filled with now() or random values
		}
		r.facts.Data.Unsteady = append(r.facts.Data.Unsteady, checks.Unsteady{Table: c.Table, Column: c.Column, Random: random})
	}
	return nil
}

// upgradeAgain upgrades a fresh clone and reads what it then holds; false when the upgrade fails there.
func (r *run) upgradeAgain(ctx context.Context, elsewhere bool) (print database.Fingerprint, ok bool, err error) {
	server, err := r.clone(ctx, r.base.seeded, database.NetworkAlias{})
	if err != nil {
		return print, false, err
	}
	connection, err := server.Connect(ctx)
	if err != nil {
		return print, false, err
	}
	defer connection.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it is used by this function alone
	if elsewhere {
		if err := database.LiveElsewhere(ctx, connection); err != nil {
			return print, false, err
		}
	}
	outcome, _, err := r.upgrade(ctx, server)
	if err != nil || outcome.Failure != nil {
		return print, false, err
	}
	if print, err = database.TakeFingerprint(ctx, connection); err != nil {
		return print, false, err
	}
	return print, true, server.Remove(context.WithoutCancel(ctx))
}
