package trials

import (
	"context"
	"errors"
	"regexp"
	"sync"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/database/catalog"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

// seeded upgrades a clone of the base's data, and compares its data before and after.
func seeded() trial {
	return trial{
		name: checks.TrialSeeded, title: "apply", finds: "does the upgrade work on the base's data, and what happens to the rows?",
		parts:  []checks.Trial{checks.TrialData, checks.TrialRenames, checks.TrialNotes},
		offers: []anyResource{tried, upgraded, migrated, origin}, seconds: 2, run: trySeeded,
	}
}

func trySeeded(ctx context.Context, p *pass, log *step.Log) (finding, error) {
	up := &upgrade{before: p.seeded.Before, revisions: p.migration.Revisions}
	var err error
	if up.seeded, err = freshSeeded(ctx, p); err != nil {
		return nil, err
	}
	transactions := p.Wants(checks.TrialAtomic) || p.Wants(checks.TrialAdversarial) || p.Wants(checks.TrialReverse)
	up.began = time.Now()
	outcome, run, err := p.upgradeWith(ctx, up.seeded.Server, migrations.MoveOptions{Transactions: transactions})
	if err != nil {
		return nil, err
	}
	up.statements = run.Statements
	up.outcome = outcome
	if outcome.Failure != nil {
		log.Faulty("the upgrade failed")
		return failedUpgrade(ctx, p, up, log)
	}
	outcome.Unrecorded = !p.migration.History.AtHead(run.Heads)
	up.outcome = outcome
	err = readAfter(ctx, p, up)
	if outcome.Unrecorded {
		up.outcome.Hides, up.outcome.Hiding = up.leftPath()
	}
	renames, notes := findRenames(p, up), takeNotes(p, up)
	if err == nil {
		offer(p, tried, up)
		if !up.worked() {
			p.why = "the database is not at the head after the upgrade"
			p.withhold()
		} else {
			offer(p, upgraded, up)
			offer(p, migrated, up.seeded)
			offer(p, origin, up.before.Catalog)
		}
	}
	return up.record(up.outcome, renames, notes), err
}

// leftPath returns the search_path that the upgrade left for later sessions, and the statement that did; empty if it left
// none.
func (u *upgrade) leftPath() (setting string, left migrations.Statement) {
	for _, d := range u.before.Catalog.Diff(u.after.Catalog) {
		if d.Object == "setting:database.search_path" {
			setting = d.Is
		}
	}
	if setting == "" {
		return "", left
	}
	setters := u.matching(`\bALTER\s+DATABASE\b.*\bsearch_path\b`)
	if len(setters) == 0 {
		setters = u.matching(`\bsearch_path\b`)
	}
	if len(setters) > 0 {
		left = setters[len(setters)-1]
	}
	return setting, left
}

// readAfter reads what the upgrade has made of the schema and the data: one beside the other, since a clone of what the
// data was before may have to be started.
func readAfter(ctx context.Context, p *pass, up *upgrade) error {
	var reading sync.WaitGroup
	var unread error
	reading.Go(func() { unread = p.ReadSchema(ctx, up.seeded.Server, &up.after) })
	uncompared := p.partly(ctx, checks.TrialData, compareData(ctx, p, up))
	reading.Wait()
	return errors.Join(uncompared, unread)
}

// failedUpgrade lets the other trials begin, and then looks for the rows behind the failure.
func failedUpgrade(ctx context.Context, p *pass, up *upgrade, log *step.Log) (finding, error) {
	if err := p.ReadSchema(ctx, up.seeded.Server, &up.after); err != nil {
		return nil, err
	}
	up.left = up.before.Catalog.Diff(up.after.Catalog)
	offer(p, tried, up)
	p.why = "the upgrade failed"
	p.withhold()
	outcome := up.outcome
	var err error
	outcome.Offending, err = rowsBehind(ctx, p, up)
	if unanswered(ctx, err) != nil {
		log.Line("the rows behind the failure could not be found: " + err.Error())
		err = nil // the failure stands without them
	}
	if len(up.left) == 0 { // nobody else needs it
		p.Dispose(ctx, up.seeded.Server)
	}
	return up.record(outcome, nil, nil), err
}

// freshSeeded returns the clone of the base's data in which the migration was generated, or another one if the branch's
// own revisions were applied to that one.
func freshSeeded(ctx context.Context, p *pass) (*testbed.Seeded, error) {
	if !p.migration.Applied {
		return p.seeded, nil
	}
	server, err := p.Clone(ctx, p.Base.WithData, testbed.CloneOptions{})
	if err != nil {
		return nil, err
	}
	fresh := *p.seeded
	fresh.Server = server
	p.Dispose(ctx, p.seeded.Server)
	return &fresh, nil
}

// record returns a finding that writes the outcome of the upgrade; renames are those written as a drop and an add.
func (u *upgrade) record(outcome checks.Outcome, renames []migrations.Rename, notes []catalog.Note) finding {
	return func(f *checks.Facts) {
		f.Seeded, f.Hidden = outcome, u.hidden()
		unsteady := f.Data.Unsteady
		f.Data = u.data
		f.Data.Unsteady = unsteady // it belongs to repeat, which may start before this is written
		f.NotCompared = unread(u.before.Catalog, u.after.Catalog)
		f.Renames, f.Notes = append(f.Renames, renames...), notes
	}
}

// hidden returns the tables whose rows row security hides from the statements that were to change them.
func (u *upgrade) hidden() (hidden []checks.Hidden) {
	changes := regexp.MustCompile(`(?is)^\s*(?:UPDATE|DELETE\s+FROM)\s+(?:ONLY\s+)?`)
	for _, s := range u.own() {
		verb := changes.FindString(s.SQL)
		if verb == "" || s.Rows != 0 {
			continue
		}
		for i := range u.before.Shape.Tables {
			t := &u.before.Shape.Tables[i]
			name := regexp.MustCompile(`^[\w".]*\b` + regexp.QuoteMeta(t.Name) + `\b`)
			if t.Rows && name.MatchString(s.SQL[len(verb):]) && judged(u.before).Hides(t.Label()) {
				hidden = append(hidden, checks.Hidden{Table: t.Label(), Statement: s})
			}
		}
	}
	return hidden
}
