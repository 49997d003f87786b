package devenv

import (
	"context"
	"errors"
	"slices"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/data"
	"devenv/devenv/step"
)

// tryRepeat upgrades another clone, in another time zone, and compares what came out. Only where that differs is a third run
// needed, to tell what depends on the zone from what is never the same. handOver is called as soon as others may use the
// clone.
func (r *run) tryRepeat(handOver func()) func(context.Context, *step.Log) error {
	return func(ctx context.Context, log *step.Log) error {
		defer handOver()
		if !r.selection.Wants(checks.TrialRepeat) || !r.upgraded() || len(r.after.fingerprint.Tables) == 0 {
			log.Skipped("")
			return nil
		}
		defer r.spend(checks.TrialRepeat, time.Now())
		elsewhere, ok, err := r.upgradeElsewhere(ctx)
		if err != nil || !ok {
			return err
		}
		handOver()
		if suspects := r.after.fingerprint.Unlike(elsewhere); len(suspects) > 0 {
			return r.settleSuspects(ctx, suspects)
		}
		return nil
	}
}

// settleSuspects upgrades once more at home and records what depends on the zone, and what is never the same.
func (r *run) settleSuspects(ctx context.Context, suspects []data.ColumnName) error {
	found, err := onClone(ctx, r, r.base.WithData, func(server *database.Server) ([]checks.Unsteady, error) {
		again, ok, err := r.upgradeAgain(ctx, server)
		if err != nil || !ok {
			return nil, err
		}
		return r.unsteady(suspects, r.after.fingerprint.Unlike(again)), nil
	})
	r.facts.Data.Unsteady = found
	return err
}

// unsteady tells those of the suspects that a second upgrade at home filled with other values from those that it did not.
func (r *run) unsteady(suspects, unlike []data.ColumnName) []checks.Unsteady {
	var found []checks.Unsteady
	for _, c := range suspects {
		random := slices.Contains(unlike, c)
		if random && !r.before.fingerprint.Had(c, r.after.fingerprint) {
			continue // a new column may be filled with now() or random values
		}
		found = append(found, checks.Unsteady{Table: c.Table, Column: c.Column, Random: random})
	}
	return found
}

// upgradeElsewhere upgrades a fresh clone in another time zone and reads what it then holds; false when the upgrade fails
// there. The branch's backend, where it is to be started, gets the clone.
func (r *run) upgradeElsewhere(ctx context.Context) (print data.Fingerprint, ok bool, err error) {
	wanted := r.starts(checks.TrialStartBranch)
	server, err := r.cloneAgain(ctx, wanted)
	if err != nil {
		return print, false, err
	}
	defer func() {
		if r.stage.again != server {
			err = errors.Join(err, server.Remove(context.WithoutCancel(ctx)))
		}
	}()
	connection, err := server.Connect(ctx)
	if err != nil {
		return print, false, err
	}
	defer connection.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it is used by this function alone
	moved, err := data.LiveElsewhere(ctx, connection)
	if err != nil {
		return print, false, err
	}
	if print, ok, err = r.upgradeAgain(ctx, server); err != nil {
		return print, false, err
	}
	if !wanted || !ok {
		return print, ok, nil
	}
	r.stage.again = server
	return print, ok, moved.Return(ctx, connection)
}

// cloneAgain is a fresh clone, where the branch's backend looks for its database if that is to be started.
func (r *run) cloneAgain(ctx context.Context, starts bool) (*database.Server, error) {
	if starts {
		return r.cloneForScene(ctx, r.branch)
	}
	return r.clone(ctx, r.base.WithData, database.NetworkAlias{})
}

// upgradeAgain upgrades a clone and reads what it then holds; false when the upgrade fails there.
func (r *run) upgradeAgain(ctx context.Context, server *database.Server) (print data.Fingerprint, ok bool, err error) {
	outcome, _, err := r.upgrade(ctx, server)
	if err != nil || outcome.Failure != nil {
		return print, false, err
	}
	print, err = database.Ask(ctx, server, data.Take)
	return print, err == nil, err
}
