package devenv

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/writes"
	"devenv/devenv/step"
	"devenv/migrations"
)

// trySmoke writes to the tables that the upgrade touched, and takes all back. What fails on the base's data as well is none
// of the branch's.
func (r *run) trySmoke(ctx context.Context, log *step.Log) error {
	if !r.selection.Wants(checks.TrialSmoke) || !r.upgraded() {
		log.Skipped("")
		return nil
	}
	defer r.spend(checks.TrialSmoke, time.Now())
	tables := writes.Touched(&r.before.shape, &r.after.shape)
	tables = append(tables, r.filled(tables)...)
	out := checks.SmokeOutcome{Ran: true, Tables: len(tables)}
	if len(tables) > 0 {
		failed, err := r.writes(ctx, r.seeded, &r.after.shape, tables)
		if err != nil {
			return err
		}
		if failed, err = r.notOnBase(ctx, failed); err != nil {
			return err
		}
		for _, f := range failed {
			out.Writes = append(out.Writes, checks.SmokeWrite{Failed: f, Cause: r.lastToTouch(f.Table)})
		}
	}
	if slices.ContainsFunc(out.Writes, func(w checks.SmokeWrite) bool { return w.Broken }) {
		log.Faulty("a table can no longer be written")
	}
	r.facts.Smoke = out
	return nil
}

// lastToTouch is the branch's last statement that names a table (schema.table), else its last.
func (r *run) lastToTouch(table string) migrations.Statement {
	var last, named migrations.Statement
	_, name, _ := strings.Cut(table, ".")
	for _, s := range r.after.statements {
		if s.Revision == "" {
			continue
		}
		last = s
		if regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`).MatchString(s.SQL) {
			named = s
		}
	}
	if named.Revision == "" {
		return last
	}
	return named
}

// filled are further tables into which the migration inserts rows.
func (r *run) filled(known []*catalog.Table) []*catalog.Table {
	var more []*catalog.Table
	for _, label := range r.tablesIn(insertInto()) {
		for i := range r.after.shape.Tables {
			t := &r.after.shape.Tables[i]
			if t.Label() == label && !slices.Contains(known, t) {
				more = append(more, t)
			}
		}
	}
	return more
}

func (r *run) writes(ctx context.Context, s *database.Server, shape *catalog.Shape, tables []*catalog.Table) ([]writes.Failed, error) {
	return database.Ask(ctx, s, func(ctx context.Context, connection *database.Conn) ([]writes.Failed, error) {
		return writes.Try(ctx, connection, shape, tables, writes.RolesFor(&r.before.shape, r.before.writers))
	})
}

// notOnBase leaves out the writes that fail in the same way on a fresh clone of the base.
func (r *run) notOnBase(ctx context.Context, failed []writes.Failed) ([]writes.Failed, error) {
	var tables []*catalog.Table
	for _, f := range failed {
		for i := range r.after.shape.Tables {
			if was := r.before.shape.Table(r.after.shape.Tables[i].OID); was != nil && r.after.shape.Tables[i].Label() == f.Table {
				tables = append(tables, was)
			}
		}
	}
	if len(tables) == 0 {
		return failed, nil
	}
	earlier, err := onClone(ctx, r, r.base.WithData, func(server *database.Server) ([]writes.Failed, error) {
		return r.writes(ctx, server, &r.before.shape, tables)
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
