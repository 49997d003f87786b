package devenv

import (
	"context"
	"slices"

	"devenv/devenv/checks"
	"devenv/devenv/database"
)

// compareReversed compares the data after the downgrade with the base's, and with what the upgrade left: what the upgrade
// has lost or changed already is not the downgrade's.
func (r *run) compareReversed(ctx context.Context) (checks.ReversedData, error) {
	var data checks.ReversedData
	if !r.facts.Data.Ran {
		return data, nil
	}
	below, err := r.takeFingerprint(ctx)
	if err != nil {
		return data, err
	}
	data.Made = r.after.fingerprint.Compare(below)
	for _, c := range r.before.fingerprint.Compare(below) {
		if !slices.ContainsFunc(r.facts.Data.Changes, func(by database.DataChange) bool {
			return by.Table == c.Table && (by.Column == "" || by.Column == c.Column)
		}) {
			data.Base = append(data.Base, c)
		}
	}
	if len(data.Base) > 0 {
		data.Base, err = r.examine(ctx, below, data.Base)
	}
	return data, err
}
