package testbed

import (
	"context"
	"slices"

	"devenv/devenv/base"
	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/migrations"
)

// CompareModels compares the catalog of the models' schema with that of the migrated database, except for what differs
// on the base and the operations autogenerate has already found. If no selected check needs it, it compares nothing.
func (b *Testbed) CompareModels(ctx context.Context, seeded *Seeded, found []migrations.Operation) (outcome checks.ModelsOutcome,
	err error,
) {
	if !b.Wants(checks.TrialModels) {
		return outcome, nil
	}
	empty, err := b.Empties.New(ctx)
	if err != nil {
		return outcome, err
	}
	var migrated, models catalog.Catalog
	if err := seeded.Use(ctx, func(server *database.Server) (err error) {
		migrated, err = b.Catalog(ctx, server)
		return err
	}); err != nil {
		return outcome, err
	}
	var failure error
	if err := empty.Use(ctx, func(server *database.Server) (err error) {
		models, failure, err = base.ModelsCatalog(ctx, b.Tool, server, migrated)
		return err
	}); err != nil {
		return outcome, err
	}
	outcome.Ran = true
	if outcome.NotCompared, err = b.NoModels(failure); err != nil || outcome.NotCompared != "" {
		return outcome, err
	}
	known, err := b.Base.ModelsBaseline()
	switch {
	case err != nil:
		return outcome, err
	case failure != nil:
		outcome.NotCompared = "the models' schema cannot be created in an empty database: " + failure.Error()
		return outcome, nil
	case known.Failure != "":
		outcome.NotCompared = "the schema of the base's models cannot be created in an empty database: " + known.Failure
		return outcome, nil
	}
	for _, d := range models.Drift(migrated, seeded.Before.Catalog) {
		covered := func(o migrations.Operation) bool { return covers(o, d) }
		switch {
		case known.Holds(d), slices.ContainsFunc(b.Noise(), covered):
			outcome.Known++
		case !slices.ContainsFunc(found, covered):
			outcome.Differences = append(outcome.Differences, d)
		}
	}
	return outcome, nil
}

// NoModels returns why a project is not compared with its models, if it has none, as a failure of the tool on the
// branch says; "" if the failure is another one, or the base has models, which the branch must not lose.
func (b *Testbed) NoModels(failure error) (string, error) {
	none := migrations.WithoutModels(failure)
	if none == nil {
		return "", nil
	}
	known, err := b.Base.ModelsBaseline()
	if err != nil || known.None == "" {
		return "", err
	}
	return "nothing to compare the migrations with: " + none.Message, nil
}

// covers reports whether an operation of autogenerate is the same difference.
func covers(o migrations.Operation, d catalog.Difference) bool {
	if o.Object != d.Object {
		return false
	}
	facets := map[string]string{"type": "type", "nullable": "not null", "server_default": "default", "comment": "comment"}
	return d.Facet == "" || o.Facet == "" || facets[o.Facet] == d.Facet
}
