package trials

import (
	"cmp"
	"context"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/checks"
	"devenv/devenv/codesearch"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/routines"
	"devenv/devenv/database/witness"
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
	changes := up.before.Catalog.Diff(up.after.Catalog)
	tables := writes.Touched(&up.before.Shape, &up.after.Shape, changes)
	tables = append(tables, up.filledTables(tables)...)
	all := attempts{
		shape: &up.after.Shape, targets: writes.Targets(&up.before.Shape, tables, p.seeded.Writers),
		change: routines.Between(&up.before.Shape, &up.after.Shape, changes),
	}
	unnamed, err := p.usedInNewSchemas(up, all.targets)
	if err != nil {
		return nil, err
	}
	likely, err := p.usedByMost(up, all.targets)
	if err != nil {
		return nil, err
	}
	for i := range all.targets {
		up.asGranted(&all.targets[i])
	}
	found, err := all.on(ctx, take(p, migrated).Server)
	if err == nil {
		found, err = withoutBaseFailures(ctx, p, up, all, found)
	}
	if err != nil {
		return nil, err
	}
	refused, err := refusedConstants(ctx, p, up)
	if err != nil {
		return nil, err
	}
	outcome := checks.SmokeOutcome{Ran: true, Tables: len(tables), Written: len(found.Written), Unjudged: found.Unjudged}
	for _, f := range found.Failed {
		f.Doubtful = f.Doubtful || f.SQLState == "42501" && f.Role != "" && slices.Contains(slices.Concat(unnamed, likely), f.Table)
		outcome.Writes = append(outcome.Writes, checks.SmokeWrite{Failed: f, New: up.makes(f.Table), Cause: up.causeOf(f)})
	}
	outcome.Writes = append(outcome.Writes, refused...)
	for _, f := range found.Faults {
		outcome.Routines = append(outcome.Routines, checks.SmokeRoutine{Fault: f, Cause: up.lastToTouch("." + cmp.Or(f.Missing, f.Name()))})
	}
	if slices.ContainsFunc(outcome.Writes, func(w checks.SmokeWrite) bool { return w.Broken && !w.Old }) || len(outcome.Routines) > 0 {
		log.Faulty("a write or a function no longer works")
	}
	return func(f *checks.Facts) { f.Smoke = outcome }, nil
}

// attempts are the writes to try, and the functions to look at, in a database with a shape.
type attempts struct {
	shape   *catalog.Shape
	targets []writes.Target
	change  routines.Change
}

// attempted is what became of them.
type attempted struct {
	writes.Result
	routines.Findings
}

// on tries everything on a server. The sequences come first, since writing moves them on.
func (a attempts) on(ctx context.Context, s *database.Server) (attempted, error) {
	return database.Ask(ctx, s, func(ctx context.Context, connection *database.Conn) (found attempted, err error) {
		behind, err := writes.Behind(ctx, connection, a.shape)
		if err != nil {
			return found, err
		}
		taken, err := writes.Taken(ctx, connection, a.shape)
		if err != nil {
			return found, err
		}
		if found.Result, err = writes.Try(ctx, connection, a.shape, a.targets); err != nil {
			return found, err
		}
		found.Failed = slices.Concat(behind, taken, found.Failed)
		found.Findings, err = routines.Check(ctx, connection, a.change)
		return found, err
	})
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

// withoutBaseFailures returns what was found without what is found in the same way on a fresh clone of the base.
func withoutBaseFailures(ctx context.Context, p *pass, up *upgrade, all attempts, found attempted) (attempted, error) {
	old := func(f writes.Failed) bool { return f.Old } // which work on the base
	if len(found.Faults) == 0 && len(slices.DeleteFunc(slices.Clone(found.Failed), old)) == 0 {
		return found, nil
	}
	onBase := attempts{shape: &up.before.Shape, change: all.change}
	for _, target := range all.targets {
		if was := up.before.Shape.Table(target.Table.OID); was != nil {
			onBase.targets = append(onBase.targets, writes.Target{Table: was, Roles: target.Roles})
		}
	}
	earlier, err := testbed.OnClone(ctx, p.Testbed, p.Base.WithData, func(server *database.Server) (attempted, error) {
		return onBase.on(ctx, server)
	})
	if err != nil {
		return found, err
	}
	found.Failed = slices.DeleteFunc(found.Failed, func(f writes.Failed) bool {
		return slices.ContainsFunc(earlier.Failed, func(e writes.Failed) bool { return up.failsAlike(e, f) })
	})
	found.Faults = slices.DeleteFunc(found.Faults, func(f routines.Fault) bool {
		return slices.ContainsFunc(earlier.Faults, func(e routines.Fault) bool { return e.Routine == f.Routine && e.Message == f.Message })
	})
	return found, nil
}

// failsAlike reports whether a write fails as one did on the base, whatever its table and column are called now.
func (u *upgrade) failsAlike(was, is writes.Failed) bool {
	sameTable := was.Table == is.Table
	if i := slices.IndexFunc(u.before.Shape.Tables, func(t catalog.Table) bool { return t.Label() == was.Table }); i >= 0 {
		t := &u.before.Shape.Tables[i]
		if now := u.after.Shape.Table(t.OID); now != nil {
			sameTable = now.Label() == is.Table
			was.Column = columnNow(t, now, was.Column)
		}
	}
	return was.SQLState == is.SQLState && was.Role == is.Role && was.Column == is.Column && (sameTable || was.Message == is.Message)
}

// refusedConstants returns the values that the base's rows hold, its code names, and the branch's schema refuses.
func refusedConstants(ctx context.Context, p *pass, up *upgrade) ([]checks.SmokeWrite, error) {
	columns := writes.Narrowed(&up.before.Shape, witness.Restrictions(&up.before.Shape, &up.after.Shape))
	if len(columns) == 0 || p.Project.Backend == "" {
		return nil, nil
	}
	constants, err := testbed.OnClone(ctx, p.Testbed, p.Base.WithData, func(server *database.Server) ([]writes.Constant, error) {
		return database.Ask(ctx, server, func(ctx context.Context, connection *database.Conn) ([]writes.Constant, error) {
			return writes.Constants(ctx, connection, &up.before.Shape, columns)
		})
	})
	if err != nil {
		return nil, err
	}
	failed, err := database.Ask(ctx, take(p, migrated).Server, func(ctx context.Context, c *database.Conn) ([]writes.Failed, error) {
		return writes.RefusedConstants(ctx, c, &up.before.Shape, &up.after.Shape, constants)
	})
	if err != nil || len(failed) == 0 {
		return nil, err
	}
	files, err := p.baseCode()
	if err != nil {
		return nil, err
	}
	var refused []checks.SmokeWrite
	for _, f := range failed {
		mention, err := p.firstQuoted(files, f.Constant)
		if err != nil {
			return nil, err
		}
		if mention.File != "" {
			refused = append(refused, checks.SmokeWrite{Failed: f, Cause: up.causeOf(f), Mention: mention})
		}
	}
	return refused, nil
}

// firstQuoted returns the first line of the base's files that has a text in quotes; the zero value if none does.
func (p *pass) firstQuoted(files []string, text string) (checks.Mention, error) {
	quoted := regexp.MustCompile("[\"'`]" + regexp.QuoteMeta(text) + "[\"'`]")
	for _, file := range files {
		content, err := codesearch.Read(filepath.Join(p.Base.Tree.Dir(), filepath.FromSlash(file)))
		if err != nil {
			return checks.Mention{}, err
		}
		if at := quoted.FindStringIndex(content); at != nil && !codesearch.IsTest(file) {
			return checks.Mention{File: file, Line: strings.Count(content[:at[0]], "\n") + 1}, nil
		}
	}
	return checks.Mention{}, nil
}

// usedInNewSchemas adds to tables in schemas that had none the roles that wrote every table of the base: no neighbour
// shows who writes there, but the branch's code names the table. It returns those that no code names yet, and of which
// nothing says that the application is to stay out.
func (p *pass) usedInNewSchemas(up *upgrade, targets []writes.Target) (unnamed []string, err error) {
	roles := writes.CommonWriters(&up.before.Shape, p.seeded.Writers, "")
	isNew := func(t writes.Target) bool {
		had := func(was catalog.Table) bool { return was.Schema == t.Table.Schema }
		return t.Was == nil && up.makes(t.Table.Label()) && !slices.ContainsFunc(up.before.Shape.Tables, had)
	}
	if len(roles) == 0 || !slices.ContainsFunc(targets, isNew) {
		return nil, nil
	}
	err = p.branchCode(func(code string) {
		for i, t := range targets {
			if isNew(t) && len(t.Roles) == 1 && namesTable(code, t.Table) {
				targets[i].Roles = append(t.Roles, roles...)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for i, t := range targets {
		if isNew(t) && len(t.Roles) == 1 && !up.keepsOut(t.Table) {
			targets[i].Roles = append(t.Roles, roles...)
			unnamed = append(unnamed, t.Table.Label())
		}
	}
	return unnamed, nil
}

// usedByMost adds the roles that write most tables of a schema to the targets that are new there, belong to nobody else
// and are named by the branch's code. It returns their labels: whether the application writes them is likely.
func (p *pass) usedByMost(up *upgrade, targets []writes.Target) (likely []string, err error) {
	mayUse := map[int][]string{} // the roles, by the target's index
	for i, t := range targets {
		if t.Was != nil || len(t.Roles) > 1 || !up.makes(t.Table.Label()) || forOthers(t.Table.Label()) || up.isGranted(t.Table) {
			continue
		}
		if roles := writes.MostWriters(&up.before.Shape, p.seeded.Writers, t.Table.Schema); len(roles) > 0 {
			mayUse[i] = roles
		}
	}
	if len(mayUse) == 0 {
		return nil, nil
	}
	err = p.branchCode(func(code string) {
		for i, roles := range mayUse {
			t := &targets[i]
			if named(&catalog.Column{Name: t.Table.Name}).MatchString(code) {
				t.Roles, likely = append(t.Roles, roles...), append(likely, t.Table.Label())
				delete(mayUse, i)
			}
		}
	})
	return likely, err
}

// isGranted reports whether any role but its owner has rights on a table after the upgrade.
func (u *upgrade) isGranted(t *catalog.Table) bool {
	object := "table:" + t.Label()
	for g := range u.after.Access.Rights {
		if g.Object == object && g.Role != u.after.Access.Owners[object] {
			return true
		}
	}
	return false
}

// namesTable reports whether code names a table and its schema.
func namesTable(code string, t *catalog.Table) bool {
	named := func(name string) bool {
		return regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`).MatchString(code)
	}
	return named(t.Schema) && named(t.Name)
}
