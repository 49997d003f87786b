package trials

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/devenv/tool"
	"devenv/migrations"
)

// drift runs autogenerate again on the migrated database, or on the base's if the branch adds no revision, and compares
// the database's catalog with that of the models.
func drift() trial {
	return trial{
		name: checks.TrialDrift, title: "drift", finds: "do models and migrations agree, by autogenerate and by the catalog?",
		parts: []checks.Trial{checks.TrialModels}, needs: []anyResource{migrated}, uses: []anyResource{upgraded}, seconds: 1,
		able: func(t *tool.Tool) error { _, err := t.Generator(); return err }, run: tryDrift,
	}
}

func tryDrift(ctx context.Context, p *pass, _ *step.Log) (finding, error) {
	migrated := take(p, migrated)
	drift, err := p.compareAgain(ctx, migrated)
	if err != nil {
		return nil, err
	}
	if up := take(p, upgraded); up != nil && up.worked() {
		drift.Operations, drift.Roomier = up.withoutRoomier(drift.Operations)
	}
	models := p.migration.Models
	if !models.Ran {
		defer p.timed(checks.TrialModels, time.Now())
		models, err = p.CompareModels(ctx, migrated, slices.Concat(drift.Operations, drift.Roomier))
		err = p.partly(ctx, checks.TrialModels, err)
	}
	return func(f *checks.Facts) { f.Drift, f.Models = drift, models }, err
}

// compareAgain runs autogenerate on the migrated database.
func (p *pass) compareAgain(ctx context.Context, migrated *testbed.Seeded) (drift checks.DriftOutcome, err error) {
	generator, err := p.Tool.Generator()
	if err != nil {
		return drift, err
	}
	drift.FromScratch = migrated.FromScratch != nil
	err = migrated.Use(ctx, func(server *database.Server) (err error) {
		operations, err := generator.Autogenerate(ctx, p.Tool.Database(server))
		left, known := migrations.Subtract(operations, p.Noise())
		drift.Operations, drift.Known = left, len(known)
		drift.Outcome, err = p.resultOf(ctx, server, err)
		return err
	})
	if err == nil {
		drift.NoModels, err = p.NoModels(drift.Failure)
	}
	return drift, err
}

// withoutRoomier separates the operations after which a column that the upgrade adds would allow less than it does.
func (u *upgrade) withoutRoomier(all []migrations.Operation) (operations, roomier []migrations.Operation) {
	for _, o := range all {
		if c := u.added(o); c != nil && o.Kind == migrations.AlterColumn && isRoomier(c, o) {
			roomier = append(roomier, o)
		} else {
			operations = append(operations, o)
		}
	}
	return operations, roomier
}

// added returns the column of an operation if the upgrade adds it to a table that existed.
func (u *upgrade) added(o migrations.Operation) *catalog.Column {
	after, before := u.after.Shape.Tables, &u.before.Shape
	i := slices.IndexFunc(after, func(t catalog.Table) bool { return t.Schema == o.Schema && t.Name == o.Table })
	if i < 0 || before.Table(after[i].OID) == nil {
		return nil
	}
	c := slices.IndexFunc(after[i].Columns, func(c catalog.Column) bool { return c.Name == o.Name })
	if c < 0 || before.Table(after[i].OID).Column(after[i].Columns[c].Number) != nil {
		return nil
	}
	return &after[i].Columns[c]
}

// isRoomier reports whether an operation takes only room from a column: a default, which the rows needed that had no
// value, or the length by which a text may be longer than in the models.
func isRoomier(c *catalog.Column, o migrations.Operation) bool {
	switch o.Facet {
	case "server_default":
		return o.Definition == "" && c.Default != "" && c.NotNull
	case "type":
		m := regexp.MustCompile(`(?i)^(?:VARCHAR|CHARACTER VARYING)\((\d+)\)$`).FindStringSubmatch(o.Definition)
		if m == nil {
			return false
		}
		length, err := strconv.Atoi(m[1])
		return err == nil && (c.Base == "text" || c.Base == "varchar" && (c.Length == 0 || c.Length >= length))
	}
	return false
}
