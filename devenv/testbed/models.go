package testbed

import (
	"context"
	"slices"

	"devenv/devenv/base"
	"devenv/devenv/checks"
	"devenv/devenv/database/catalog"
	"devenv/migrations"
)

// CompareModels compares the catalog of the models' schema with that of the migrated database, beyond what differs on the base and
// the operations that autogenerate has found already. Where the seeded clone has no empty database beside it, nothing ran.
func (b *Testbed) CompareModels(ctx context.Context, seeded *Seeded, found []migrations.Operation) (outcome checks.ModelsOutcome, err error) {
	if seeded.Models == nil {
		return outcome, nil
	}
	migrated, err := b.Catalog(ctx, seeded.Server)
	if err != nil {
		return outcome, err
	}
	models, failure, err := base.ModelsCatalog(ctx, b.Tool, seeded.Models, migrated)
	if err != nil {
		return outcome, err
	}
	outcome.Ran = true
	known, err := b.Base.ModelsBaseline()
	switch {
	case err != nil:
		return outcome, err
	case failure != nil:
		outcome.NotCompared = "the models' schema cannot be made in an empty database: " + failure.Error()
		return outcome, nil
	case known.Failure != "":
		outcome.NotCompared = "the base's models' schema cannot be made in an empty database: " + known.Failure
		return outcome, nil
	}
	found = slices.Concat(found, b.Base.Noise)
	for _, d := range models.Drift(migrated, seeded.Before.Catalog) {
		if !known.Holds(d) && !slices.ContainsFunc(found, func(o migrations.Operation) bool { return saysThis(o, d) }) {
			outcome.Differences = append(outcome.Differences, d)
		}
	}
	return outcome, nil
}

// saysThis returns whether autogenerate has found a difference.
func saysThis(o migrations.Operation, d catalog.Difference) bool {
	if o.Object != d.Object {
		return false
	}
	facets := map[string]string{"type": "type", "nullable": "not null", "server_default": "default", "comment": "comment"}
	return d.Facet == "" || o.Facet == "" || facets[o.Facet] == d.Facet
}
