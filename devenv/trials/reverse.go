package trials

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/witness"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

// reverse downgrades the migrated database to the base's head, compares its schema and data with the base's, and
// upgrades it again.
func reverse() trial {
	return trial{
		name: checks.TrialReverse, title: "reverse", finds: "does the downgrade restore the base, and does the upgrade work again?",
		needs: []anyResource{migrated, origin}, uses: []anyResource{upgraded}, ends: migrated, seconds: 3, run: tryReverse,
	}
}

func tryReverse(ctx context.Context, p *pass, log *step.Log) (finding, error) {
	if heads := p.BaseHeads(); len(heads) > 1 && followed(p.migration.Revisions, heads) == "" {
		const why = "the base has several heads, and the branch's revisions do not follow just one of them"
		log.Skipped(why)
		return func(f *checks.Facts) { f.Unable[checks.TrialReverse] = why }, nil
	}
	migrated := take(p, migrated)
	w := &reversal{pass: p, up: take(p, upgraded)}
	w.outcome.FromScratch = migrated.FromScratch != nil
	err := migrated.Use(ctx, func(server *database.Server) error {
		w.server = server
		return w.roundTrip(ctx, log)
	})
	if err == nil && w.outcome.FromScratch && migrated.FromScratch.IsShared() && concernsServer(w.outcome.Down.Failure) {
		log.Skipped("the downgrade fails on something outside of the database, which other databases share here")
		return nil, nil
	}
	return func(f *checks.Facts) { f.Reverse = w.outcome }, err
}

// reversal is the downgrade of a migrated database and its outcome.
type reversal struct {
	*pass
	// up is nil if the upgrade of the base's data failed: then there is no data to compare.
	up      *upgrade
	server  *database.Server
	outcome checks.ReverseOutcome
}

// roundTrip downgrades the database, compares it with what the upgrade found, and upgrades it again.
func (w *reversal) roundTrip(ctx context.Context, log *step.Log) (err error) {
	if w.outcome.Down, err = w.downgradeTo(ctx, w.server, w.baseTarget()); err != nil {
		return err
	}
	if w.outcome.Down.Failure != nil {
		return w.explain(ctx, log)
	}
	schema, err := w.Catalog(ctx, w.server)
	if err != nil {
		return err
	}
	below, err := w.Shape(ctx, w.server)
	if err != nil {
		return err
	}
	if err := w.compareData(ctx); err != nil {
		return err
	}
	w.outcome.SchemaRead, w.outcome.Differences = true, take(w.pass, origin).Diff(schema)
	if w.outcome.Again, err = w.upgrade(ctx, w.server); err != nil {
		return err
	}
	if w.up == nil {
		return nil
	}
	if w.up.data.Ran && w.outcome.Again.Failure == nil {
		if w.outcome.Data.Trip, err = w.compareRoundTrip(ctx); err != nil {
			return err
		}
	}
	return w.downgradeWithRows(ctx, log, &below)
}

// explain adds the cause to a failed downgrade: the rows, and whether the base's own downgrade works at all.
func (w *reversal) explain(ctx context.Context, log *step.Log) error {
	failure := w.outcome.Down.Failure
	if w.outcome.Custom = w.custom(failure); w.outcome.Custom.Holds() {
		return nil
	}
	log.Faulty(failure.Error())
	baseline, baseErr := w.baseline(ctx)
	rows, rowsErr := rowsIn(ctx, w.server, failure)
	if unanswered(ctx, rowsErr) != nil {
		rowsErr = nil // the failure stands without them
	}
	w.outcome.Down.Baseline, w.outcome.Down.Offending = baseline, rows
	return errors.Join(baseErr, rowsErr)
}

// custom counts the base's revisions that raise what the branch's downgrade raises.
func (w *reversal) custom(failure *migrations.Failure) (c checks.Custom) {
	if failure.SQLState != "" || failure.Exception == "" {
		return c
	}
	raises := regexp.MustCompile(`\braise\s+(?:\w+\.)*` + regexp.QuoteMeta(failure.Exception) + `\b`)
	for _, r := range w.migration.History.Revisions {
		if slices.ContainsFunc(w.migration.Revisions, func(own migrations.Revision) bool { return own.ID == r.ID }) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(w.Base.Tree.Dir(), filepath.FromSlash(r.Path)))
		if err != nil {
			continue // one that cannot be read follows no custom
		}
		if c.Of++; raises.Match(text) {
			c.Raising++
		}
	}
	return c
}

// baseline downgrades the base's own head by one on a fresh clone, and returns its failure.
func (w *reversal) baseline(ctx context.Context) (*migrations.Failure, error) {
	if len(w.BaseHeads()) == 0 {
		return nil, nil
	}
	return testbed.OnClone(ctx, w.Testbed, w.Base.WithData, func(server *database.Server) (*migrations.Failure, error) {
		outcome, err := w.downgradeTo(ctx, server, migrations.Parent(1))
		return outcome.Failure, err
	})
}

// downgradeWithRows downgrades the database once more, with rows that the new schema accepts and the old one does not.
// below is the shape after the first downgrade.
func (w *reversal) downgradeWithRows(ctx context.Context, log *step.Log, below *catalog.Shape) (err error) {
	if len(witness.Restrictions(&w.up.after.Shape, below)) == 0 {
		w.outcome.Written = checks.WitnessOutcome{Ran: true}
		return nil
	}
	e := &elimination{
		pass: w.pass, server: w.server, atomic: w.up.isAtomic(),
		fresh: func(ctx context.Context) (*database.Server, error) {
			server, err := w.clone(ctx, w.Base.WithData, testbed.CloneOptions{})
			if err == nil {
				_, err = w.upgrade(ctx, server)
			}
			return server, err
		},
		move: func(ctx context.Context, s *database.Server) (checks.Outcome, error) {
			return w.downgradeTo(ctx, s, w.baseTarget())
		},
	}
	if w.outcome.Again.Failure != nil || len(w.outcome.Differences) > 0 {
		if err := e.replaceDatabase(ctx); err != nil { // what the downgrade left behind is still in the first database
			return err
		}
	}
	above, err := w.Shape(ctx, e.server)
	if err != nil {
		return err
	}
	w.outcome.Written, err = e.judge(ctx, &above, witness.Restrictions(&above, below))
	if w.outcome.Written.WithoutWidening().Broken() {
		log.Faulty("it cannot be downgraded once rows were written")
	}
	return err
}
