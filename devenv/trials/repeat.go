package trials

import (
	"context"
	"slices"
	"strings"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/data"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
)

// repeat upgrades a second clone in another time zone, and compares the results. Only if they differ is a third run
// needed, to distinguish values that depend on the time zone from those that differ in every run.
func repeat() trial {
	return trial{
		name: checks.TrialRepeat, title: "repeat", finds: "does a second upgrade, in another time zone, give the same result?",
		needs: []anyResource{upgraded}, offers: []anyResource{repeated}, seconds: 2, run: tryRepeat,
	}
}

func tryRepeat(ctx context.Context, p *pass, log *step.Log) (finding, error) {
	up := take(p, upgraded)
	if len(up.after.Fingerprint.Tables) == 0 {
		log.Skipped("")
		return nil, nil
	}
	elsewhere, ok, err := upgradeInOtherZone(ctx, p)
	if err != nil || !ok {
		return nil, err
	}
	suspects := up.after.Fingerprint.Unlike(elsewhere)
	if len(suspects) == 0 {
		return nil, nil
	}
	unsteady, err := testbed.OnClone(ctx, p.Testbed, p.Base.WithData, func(server *database.Server) ([]checks.Unsteady, error) {
		again, ok, err := upgradeAndRead(ctx, p, server)
		if err != nil || !ok {
			return nil, err
		}
		return up.unsteady(suspects, up.after.Fingerprint.Unlike(again)), nil
	})
	return func(f *checks.Facts) { f.Data.Unsteady = unsteady }, err
}

// unsteady classifies the suspects: a column is random if another upgrade in the same time zone gave it other values
// too, otherwise it depends on the time zone.
func (u *upgrade) unsteady(suspects, unlike []data.ColumnName) []checks.Unsteady {
	var found []checks.Unsteady
	for _, c := range suspects {
		random := slices.Contains(unlike, c)
		if random && !u.before.Fingerprint.Had(c, u.after.Fingerprint) {
			continue // a new column may be filled with now() or random values
		}
		if random && u.isTime(c) && u.stamps(c.Column) {
			continue // it notes when the row was changed
		}
		if u.logs(c.Table) {
			continue // what a trigger notes of the rows is written as the session writes times
		}
		found = append(found, checks.Unsteady{Table: c.Table, Column: c.Column, Random: random})
	}
	return found
}

// isTime reports whether a column is of a type for points in time.
func (u *upgrade) isTime(name data.ColumnName) bool {
	_, c := u.columnAfter(data.Change{Table: name.Table, Column: name.Column})
	return c != nil && strings.HasPrefix(c.Base, "timestamp")
}

// upgradeInOtherZone upgrades a fresh clone in another time zone and returns the fingerprint of its data; ok is false
// if the upgrade fails there. If the branch's backend is to be started, it gets the clone.
func upgradeInOtherZone(ctx context.Context, p *pass) (print data.Fingerprint, ok bool, err error) {
	var options testbed.CloneOptions
	wanted := p.StartsBackend(checks.TrialStartBranch)
	if wanted {
		if options, err = besideBackend(ctx, p, checks.TrialStartBranch); err != nil {
			return print, false, err
		}
	}
	server, err := p.clone(ctx, p.Base.WithData, options)
	if err != nil {
		return print, false, err
	}
	print, err = database.Ask(ctx, server, func(ctx context.Context, connection *database.Conn) (data.Fingerprint, error) {
		moved, err := data.ChangeLocale(ctx, connection)
		if err != nil {
			return print, err
		}
		if print, ok, err = upgradeAndRead(ctx, p, server); err != nil || !ok || !wanted {
			return print, err
		}
		return print, moved.Restore(ctx, connection)
	})
	if err == nil && ok && wanted {
		p.keep(server)
		offer(p, repeated, server)
	}
	return print, ok, err
}

// upgradeAndRead upgrades a clone and returns the fingerprint of its data; ok is false if the upgrade fails.
func upgradeAndRead(ctx context.Context, p *pass, server *database.Server) (print data.Fingerprint, ok bool, err error) {
	outcome, err := p.upgrade(ctx, server)
	if err != nil || outcome.Failure != nil {
		return print, false, err
	}
	print, err = p.Fingerprint(ctx, server)
	return print, err == nil, err
}
