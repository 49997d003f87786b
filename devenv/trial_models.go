package devenv

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/inputs"
	"devenv/devenv/tool"
	"devenv/migrations"
)

// catalogBaseline is the check whose baseline says how models and migrations differ on the base.
const catalogBaseline = "drift.catalog"

// modelsBaseline is the base's answer to drift.catalog: the digests of its differences, or why its models' schema could not
// be made.
type modelsBaseline struct {
	Known   []string `json:"known"`
	Failure string   `json:"failure,omitempty"`
}

// modelsCatalog is the schema that models describe, made in an empty database that has the schemas, extensions and
// functions of another catalog. A failure is an outcome.
func modelsCatalog(ctx context.Context, t *tool.Tool, s *database.Server, from catalog.Catalog) (made catalog.Catalog, failure, err error) {
	connection, err := s.Connect(ctx)
	if err != nil {
		return made, nil, err
	}
	defer connection.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it is used by this function alone
	if failure = catalog.PrepareModels(ctx, connection, from); failure != nil {
		return made, failure, ctx.Err()
	}
	err = t.CreateAll(ctx, t.Database(s))
	var failed *migrations.Failure
	if errors.As(err, &failed) {
		return made, failed, nil
	}
	if err != nil {
		return made, nil, err
	}
	made, err = catalog.Read(ctx, connection)
	return made, nil, err
}

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
	models, failure, err := modelsCatalog(ctx, r.tool, r.modelsServer, migrated)
	if err != nil {
		return err
	}
	r.facts.Models = checks.ModelsOutcome{Ran: true}
	known, err := r.base.modelsBaseline()
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
	said := slices.Concat(r.facts.Drift.Operations, r.base.noise)
	for _, d := range models.Drift(migrated, r.before.catalog) {
		if !known.holds(d) && !slices.ContainsFunc(said, func(o migrations.Operation) bool { return saysThis(o, d) }) {
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

func digestOf(d catalog.Difference) string { return inputs.Hash(d.Object, d.Facet, d.Was, d.Is)[:16] }

// holds says that the base has all of a difference: what the branch changes beside it, as a value of an enum whose order
// differed before, is the branch's.
func (b modelsBaseline) holds(d catalog.Difference) bool {
	return !slices.ContainsFunc(d.Parts(), func(part catalog.Difference) bool { return !slices.Contains(b.Known, digestOf(part)) })
}

// modelsBaseline reads the base's answer from the image's metadata.
func (b *base) modelsBaseline() (modelsBaseline, error) {
	var known modelsBaseline
	raw, ok := b.seeded.Meta.Baselines[catalogBaseline]
	if !ok {
		known.Failure = "it was not tried when the base was made"
		return known, nil
	}
	return known, json.Unmarshal(raw, &known)
}

// modelsBaseline compares the base's models with its migrations, in an empty database beside it.
func (b *baseBuild) modelsBaseline(ctx context.Context) (json.RawMessage, error) {
	var known modelsBaseline
	if err := b.onEmpty(ctx, func(server *database.Server) error { return b.readModelsBaseline(ctx, server, &known) }); err != nil {
		return nil, err
	}
	return json.Marshal(known)
}

// readModelsBaseline makes the models' schema in an empty server, and compares it with the migrated one's.
func (b *baseBuild) readModelsBaseline(ctx context.Context, server *database.Server, known *modelsBaseline) error {
	if err := b.server.Readdress(ctx); err != nil { // it has joined the tool's network
		return err
	}
	connection, err := b.server.Connect(ctx)
	if err != nil {
		return err
	}
	defer connection.Close(context.WithoutCancel(ctx)) //nolint:errcheck // only read from
	migrated, err := catalog.Read(ctx, connection)
	if err != nil {
		return err
	}
	models, failure, err := modelsCatalog(ctx, b.tool, server, migrated)
	if err != nil {
		return err
	}
	if failure != nil {
		known.Failure = failure.Error()
	} else {
		for _, d := range models.Drift(migrated, migrated) {
			for _, part := range d.Parts() {
				known.Known = append(known.Known, digestOf(part))
			}
		}
	}
	return nil
}
