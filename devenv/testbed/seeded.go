package testbed

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"devenv/devenv/checks"
	"devenv/devenv/config"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/database/forward"
	"devenv/devenv/database/writes"
	"devenv/devenv/step"
)

// Seeded is the clone of the base's data on which the migration is made and tried, and what it held before.
type Seeded struct {
	Server *database.Server
	Before State
	// Writers are the roles that insert into each table, by OID.
	Writers map[uint32][]string
	// FromScratch is set, and Server is nil, if the database is not a clone but an empty one, upgraded through the
	// whole history.
	FromScratch *Empty
}

// Use calls f with the database's server. If the database was made from scratch, f must not use another empty one.
func (s *Seeded) Use(ctx context.Context, f func(*database.Server) error) error {
	if s.FromScratch != nil {
		return s.FromScratch.Use(ctx, f)
	}
	return f(s.Server)
}

// State is what a database holds, as far as trials compare it; what no selected trial compares is empty.
type State struct {
	Fingerprint data.Fingerprint
	Catalog     catalog.Catalog
	Shape       catalog.Shape
	Access      forward.Access
}

// noRows says what passing on an empty base is worth, and what to do about the seed.
func noRows(seed config.Seed) string {
	set := ""
	switch {
	case seed.Run != "":
		set = "run"
	case len(seed.SQL) > 0:
		set = "sql"
	case seed.Dump != "":
		set = "dump"
	}
	const nothing = "the base has no rows, so nothing was tried on your data; "
	if set != "" {
		return nothing + "what seed: {" + set + ": …} in .devenv.yaml names has left none: correct it"
	}
	return nothing + "set in .devenv.yaml what fills it, for example seed: {run: \"python seed.py\"}, {sql: [seed.sql]} or {dump: base.dump}"
}

// CloneSeeded starts the clone of the base's data on which the migration is made and tried, and reads what it holds.
func (b *Testbed) CloneSeeded(ctx context.Context, log *step.Log) (*Seeded, error) {
	began := time.Now()
	server, err := b.Clone(ctx, b.Base.Original, CloneOptions{})
	if err != nil {
		return nil, err
	}
	close(b.Cloned)
	seeded := &Seeded{Server: server}
	recalled, err := b.readBefore(ctx, seeded)
	if err != nil {
		return seeded, err
	}
	if b.comparing().data && !data.HoldsRows(seeded.Before.Fingerprint) {
		b.Note(noRows(b.Project.Seed.Seed))
	}
	what := "a clone of the base's data, "
	if recalled {
		what += "which an earlier run has read, "
	}
	log.Done(what + "ready in " + time.Since(began).Round(time.Millisecond).String())
	return seeded, nil
}

// readBefore finds out what the migration will find. It returns true if an earlier run has read it.
func (b *Testbed) readBefore(ctx context.Context, seeded *Seeded) (recalled bool, err error) {
	file, recalled := b.recall(seeded)
	if recalled {
		return true, nil
	}
	if err := b.readSeeded(ctx, seeded); err != nil {
		return false, err
	}
	b.remember(file, seeded)
	return false, nil
}

// readSeeded asks the clone, each kind of question by a connection of its own: a new server is slow to answer.
func (b *Testbed) readSeeded(ctx context.Context, seeded *Seeded) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.ReadSchema(ctx, seeded.Server, &seeded.Before) })
	compares := b.comparing()
	if compares.writers {
		group.Go(func() (err error) { seeded.Writers, err = database.Ask(ctx, seeded.Server, writes.Writers); return err })
	}
	if compares.data {
		group.Go(func() (err error) {
			seeded.Before.Fingerprint, err = b.Fingerprint(ctx, seeded.Server)
			return err
		})
	}
	return group.Wait()
}

// comparing says what of a database's state the selected trials compare.
func (b *Testbed) comparing() (compares struct{ catalog, shape, access, writers, data bool }) {
	compares.catalog = b.wantsAny(checks.TrialReverse, checks.TrialStepwise, checks.TrialAtomic, checks.TrialModels,
		checks.TrialUnintended, checks.TrialBaseNames, checks.TrialSmoke)
	compares.shape = b.wantsAny(checks.TrialAdversarial, checks.TrialSmoke, checks.TrialReverse, checks.TrialNotes, checks.TrialRenames,
		checks.TrialStartFirst, checks.TrialBaseNames, checks.TrialUnintended)
	compares.access, compares.writers, compares.data = b.Wants(checks.TrialUnintended), b.Wants(checks.TrialSmoke), b.Wants(checks.TrialData)
	return compares
}

// ReadSchema reads a database's catalog, its shape and what roles may do into a state, as far as trials compare them.
func (b *Testbed) ReadSchema(ctx context.Context, s *database.Server, into *State) error {
	group, ctx := errgroup.WithContext(ctx)
	compares := b.comparing()
	if compares.catalog {
		group.Go(func() (err error) { into.Catalog, err = b.Catalog(ctx, s); return err })
	}
	if compares.shape {
		group.Go(func() (err error) { into.Shape, err = b.Shape(ctx, s); return err })
	}
	if compares.access {
		group.Go(func() (err error) { into.Access, err = database.Ask(ctx, s, forward.ReadAccess); return err })
	}
	return group.Wait()
}
