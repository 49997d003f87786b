package devenv

import (
	"context"
	"slices"
	"time"

	"devenv/devenv/base"
	"devenv/devenv/checks"
	"devenv/devenv/database/catalog"
	"devenv/migrations"
)

// tryModels compares the catalog of the models' schema with the migrations', beyond what differs on the base and what
// autogenerate has said already.
func (r *run) tryModels(ctx context.Context) error {
	if r.modelsServer == nil || r.facts.Models.Ran {
		return nil
	}
	defer r.spend(checks.TrialModels, time.Now())
	migrated, err := r.readCatalog(ctx)
	if err != nil {
		return err
	}
	models, failure, err := base.ModelsCatalog(ctx, r.tool, r.modelsServer, migrated)
	if err != nil {
		return err
	}
	r.facts.Models = checks.ModelsOutcome{Ran: true}
	known, err := r.base.ModelsBaseline()
	switch {
	case err != nil:
		return err
	case failure != nil:
		r.facts.Models.NotCompared = "the models' schema cannot be made in an empty database: " + failure.Error()
		return nil
	case known.Failure != "":
		r.facts.Models.NotCompared = "the base's models' schema cannot be made in an empty database: " + known.Failure
		return nil
	}
	said := slices.Concat(r.facts.Drift.Operations, r.base.Noise)
	for _, d := range models.Drift(migrated, r.before.catalog) {
		if !known.Holds(d) && !slices.ContainsFunc(said, func(o migrations.Operation) bool { return saysThis(o, d) }) {
			r.facts.Models.Differences = append(r.facts.Models.Differences, d)
		}
	}
	return nil
}

// saysThis says whether autogenerate has found a difference.
func saysThis(o migrations.Operation, d catalog.Difference) bool {
	if o.Object != d.Object {
		return false
	}
	facets := map[string]string{"type": "type", "nullable": "not null", "server_default": "default", "comment": "comment"}
	return d.Facet == "" || o.Facet == "" || facets[o.Facet] == d.Facet
}
