package trials

import (
	"context"
	"errors"
	"regexp"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

// rebuilt is an empty database that was upgraded through the whole history, and the outcome of that upgrade.
type rebuilt struct {
	database *testbed.Empty
	outcome  checks.Outcome
}

// fromScratch upgrades an empty database through the whole history. If the upgrade of the base's data fails, this
// database takes the place of the migrated one in other trials, so that a single run finds all faults.
func fromScratch() trial {
	return trial{
		name: checks.TrialScratch, title: "scratch", finds: "does the whole history build the schema in an empty database?",
		offers: []anyResource{history, migrated}, seconds: 2, run: tryScratch,
	}
}

func tryScratch(ctx context.Context, p *pass, log *step.Log) (finding, error) {
	empty, err := p.Empties.ForHistory(ctx, log)
	if absent := (*testbed.ImageError)(nil); errors.As(err, &absent) {
		p.why = absent.Error()
		log.Skipped(p.why)
		return func(f *checks.Facts) { f.Unable[checks.TrialScratch] = p.why }, nil
	}
	if err != nil {
		return nil, err
	}
	var run migrations.Run
	outcome, err := p.rebuild(ctx, empty, func(server *database.Server) (outcome checks.Outcome, err error) {
		outcome, run, err = p.upgradeWith(ctx, server, migrations.MoveOptions{})
		return outcome, err
	})
	if err != nil {
		return nil, err
	}
	if outcome.Failure != nil {
		log.Faulty(outcome.Failure.Error())
		if outcome.Baseline, err = p.Base.ScratchBaseline(); err != nil {
			return nil, err
		}
	}
	offer(p, history, &rebuilt{database: empty, outcome: outcome})
	if outcome.Failure == nil && p.migration.History.AtHead(run.Heads) {
		instead := *p.seeded
		instead.Server, instead.FromScratch = nil, empty
		offer(p, migrated, &instead)
	}
	return func(f *checks.Facts) { f.Scratch = outcome }, nil
}

// fromBase upgrades an empty database through the base's own history: a database that the branch's history made from
// scratch must come back to that schema.
func fromBase() trial {
	return trial{
		name: checks.TrialOrigin, title: "origin", finds: "which schema does the base's own history build in an empty database?",
		needs: []anyResource{migrated}, offers: []anyResource{origin}, seconds: 1, run: readOrigin,
	}
}

// readOrigin offers the schema of the base's data instead if the base's history fails on an empty database.
func readOrigin(ctx context.Context, p *pass, log *step.Log) (finding, error) {
	schema := p.seeded.Before.Catalog
	if len(p.BaseHeads()) == 1 {
		empty, err := p.Empties.ForHistory(ctx, log)
		if err != nil {
			return nil, err
		}
		outcome, err := p.rebuild(ctx, empty, func(server *database.Server) (checks.Outcome, error) {
			outcome, err := p.upgradeTo(ctx, server, p.baseTarget())
			if err == nil && outcome.Failure == nil {
				schema, err = p.Catalog(ctx, server)
			}
			return outcome, err
		})
		if err != nil {
			return nil, err
		}
		if outcome.Failure != nil {
			log.Skipped("the base's own history fails on an empty database")
		}
	}
	offer(p, origin, schema)
	return nil, nil
}

// rebuild upgrades an empty database. If that fails because of what it shares with other databases, such as a role, it
// is tried again on a server of its own.
func (e *environment) rebuild(ctx context.Context, empty *testbed.Empty,
	upgrade func(*database.Server) (checks.Outcome, error),
) (outcome checks.Outcome, err error) {
	once := func(server *database.Server) (err error) {
		outcome, err = upgrade(server)
		return err
	}
	if err := empty.Use(ctx, once); err != nil || !empty.IsShared() || !concernsServer(outcome.Failure) {
		return outcome, err
	}
	if err := empty.Separate(ctx); err != nil {
		return outcome, err
	}
	return outcome, empty.Use(ctx, once)
}

// concernsServer reports whether a failure may be due to something outside of the database. A failure without a
// statement may be due to anything.
func concernsServer(f *migrations.Failure) bool {
	return f != nil && (f.Statement == "" || regexp.MustCompile(
		`(?i)\b(?:ROLE|USER|GROUP|DATABASE|TABLESPACE|SYSTEM|OWNED|SUBSCRIPTION|REPLICATION)\b`).MatchString(f.Statement+" "+f.Message))
}
