package base

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/inputs"
	"devenv/devenv/tool"
	"devenv/migrations"
)

// catalogBaseline is the check whose baseline tells how models and migrations differ on the base.
const catalogBaseline = "drift.catalog"

// ModelsBaseline is the base's result of drift.catalog: the digests of its differences, or why its models' schema
// could not be created, or why it has no models.
type ModelsBaseline struct {
	Known   []string `json:"known"`
	Failure string   `json:"failure,omitempty"`
	None    string   `json:"none,omitempty"`
}

// ModelsCatalog returns the schema that models describe, created in an empty database with the schemas, extensions
// and functions of another catalog. A failure is a result, not an error.
func ModelsCatalog(ctx context.Context, t *tool.Tool, s *database.Server, from catalog.Catalog) (made catalog.Catalog, failure, err error) {
	made, err = database.Ask(ctx, s, func(ctx context.Context, connection *database.Conn) (made catalog.Catalog, err error) {
		if failure = catalog.PrepareModels(ctx, connection, from); failure != nil && connection.IsClosed() {
			return made, failure // the server did not answer, which is no result
		}
		if failure != nil {
			return made, ctx.Err()
		}
		if failure, err = createModels(ctx, t, s, connection, from); failure != nil || err != nil {
			return made, err
		}
		return catalog.Read(t.VersionTable())(ctx, connection)
	})
	return made, failure, err
}

// createModels creates the models' schema. Types that the models only use, because migrations create them, are taken
// from the migrations' schema. A failure of the tool is a result, not an error.
func createModels(ctx context.Context, t *tool.Tool, s *database.Server, conn *database.Conn, from catalog.Catalog) (failure, err error) {
	modeler, unable := t.Modeler()
	if unable != nil {
		return unable, nil
	}
	for {
		err = modeler.CreateAll(ctx, t.Database(s))
		var failed *migrations.Failure
		if !errors.As(err, &failed) || failed.Unanswered() {
			return nil, err
		}
		created, err := catalog.CreateLacking(ctx, conn, from, failed.SQLState, failed.Message)
		if !created || err != nil {
			return failed, err
		}
	}
}

func digestOf(d catalog.Difference) string { return inputs.Hash(d.Object, d.Facet, d.Was, d.Is)[:16] }

// Holds reports whether the base already has all of a difference. What the branch changes in addition, such as a
// value of an enum whose order differed before, belongs to the branch.
func (b ModelsBaseline) Holds(d catalog.Difference) bool {
	return !slices.ContainsFunc(d.Parts(), func(part catalog.Difference) bool { return !slices.Contains(b.Known, digestOf(part)) })
}

// ModelsBaseline reads the base's result from the image's metadata.
func (b *Base) ModelsBaseline() (ModelsBaseline, error) {
	var known ModelsBaseline
	raw, ok := b.Seeded.Meta.Baselines[catalogBaseline]
	if !ok {
		known.Failure = "it was not tried when the base was made"
		return known, nil
	}
	return known, json.Unmarshal(raw, &known)
}

// compareModels compares the base's models with its migrations, in a separate empty database.
func (b *build) compareModels(ctx context.Context) (json.RawMessage, error) {
	var known ModelsBaseline
	if err := b.withEmptyClone(ctx, func(server *database.Server) error { return b.readModelsBaseline(ctx, server, &known) }); err != nil {
		return nil, err
	}
	return json.Marshal(known)
}

// readModelsBaseline creates the models' schema in an empty server, and compares it with the migrated one.
func (b *build) readModelsBaseline(ctx context.Context, server *database.Server, known *ModelsBaseline) error {
	if err := b.server.RefreshAddresses(ctx); err != nil { // it has joined the tool's network
		return err
	}
	migrated, err := database.Ask(ctx, b.server, catalog.Read(b.tool.VersionTable()))
	if err != nil {
		return err
	}
	models, failure, err := ModelsCatalog(ctx, b.tool, server, migrated)
	if err != nil {
		return err
	}
	none := migrations.WithoutModels(failure)
	switch {
	case none != nil:
		known.None = none.Error()
	case failure != nil:
		known.Failure = failure.Error()
	default:
		for _, d := range models.Drift(migrated, migrated) {
			for _, part := range d.Parts() {
				known.Known = append(known.Known, digestOf(part))
			}
		}
	}
	return nil
}
