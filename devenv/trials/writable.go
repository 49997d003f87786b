package trials

import (
	"context"
	"regexp"
	"slices"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/writes"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
)

// writable writes to the tables that the upgrade touched, and rolls everything back. A write that also fails on the
// base's data is not the branch's fault.
func writable() trial {
	return trial{
		name: checks.TrialSmoke, title: "writes", finds: "can the tables that the upgrade touched still be written to?",
		needs: []anyResource{upgraded, migrated}, seconds: 1, run: tryWrites,
	}
}

func tryWrites(ctx context.Context, p *pass, log *step.Log) (finding, error) {
	up := take(p, upgraded)
	tables := writes.Touched(&up.before.Shape, &up.after.Shape)
	tables = append(tables, up.filledTables(tables)...)
	outcome := checks.SmokeOutcome{Ran: true, Tables: len(tables)}
	if len(tables) > 0 {
		failed, err := writeTo(ctx, p, take(p, migrated).Server, &up.after.Shape, tables)
		if err != nil {
			return nil, err
		}
		if failed, err = withoutBaseFailures(ctx, p, up, failed); err != nil {
			return nil, err
		}
		for _, f := range failed {
			outcome.Writes = append(outcome.Writes, checks.SmokeWrite{Failed: f, Cause: up.lastToTouch(f.Table)})
		}
	}
	if slices.ContainsFunc(outcome.Writes, func(w checks.SmokeWrite) bool { return w.Broken }) {
		log.Faulty("a table can no longer be written to")
	}
	return func(f *checks.Facts) { f.Smoke = outcome }, nil
}

// filledTables returns the tables into which the migration inserts rows, without the known ones.
func (u *upgrade) filledTables(known []*catalog.Table) []*catalog.Table {
	var more []*catalog.Table
	for _, label := range u.tablesIn(regexp.MustCompile(`(?is)^\s*INSERT\s+INTO\s+([\w$."]+)`)) {
		for i := range u.after.Shape.Tables {
			t := &u.after.Shape.Tables[i]
			if t.Label() == label && !slices.Contains(known, t) {
				more = append(more, t)
			}
		}
	}
	return more
}

// writeTo tries to write to tables, and returns the writes that failed.
func writeTo(ctx context.Context, p *pass, s *database.Server, shape *catalog.Shape, tables []*catalog.Table) ([]writes.Failed, error) {
	return database.Ask(ctx, s, func(ctx context.Context, connection *database.Conn) ([]writes.Failed, error) {
		return writes.Try(ctx, connection, shape, tables, writes.RolesFor(&p.seeded.Before.Shape, p.seeded.Writers))
	})
}

// withoutBaseFailures returns the failed writes without those that fail in the same way on a fresh clone of the base.
func withoutBaseFailures(ctx context.Context, p *pass, up *upgrade, failed []writes.Failed) ([]writes.Failed, error) {
	var tables []*catalog.Table
	for _, f := range failed {
		for i := range up.after.Shape.Tables {
			if was := up.before.Shape.Table(up.after.Shape.Tables[i].OID); was != nil && up.after.Shape.Tables[i].Label() == f.Table {
				tables = append(tables, was)
			}
		}
	}
	if len(tables) == 0 {
		return failed, nil
	}
	earlier, err := testbed.OnClone(ctx, p.Testbed, p.Base.WithData, func(server *database.Server) ([]writes.Failed, error) {
		return writeTo(ctx, p, server, &up.before.Shape, tables)
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(failed, func(f writes.Failed) bool {
		return slices.ContainsFunc(earlier, func(e writes.Failed) bool {
			return e.SQLState == f.SQLState && e.Role == f.Role && (e.Table == f.Table || e.Message == f.Message)
		})
	}), nil
}
