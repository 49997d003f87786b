package trials

import (
	"context"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/step"
)

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
