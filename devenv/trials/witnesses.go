package trials

import (
	"context"
	"regexp"
	"slices"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/witness"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

// witnesses upgrades a clone with rows that are meant to break the upgrade, one for each restriction that it adds.
func witnesses() trial {
	return trial{
		name: checks.TrialAdversarial, title: "witnesses", finds: "does a row that is legal on the base break the upgrade?",
		needs: []anyResource{upgraded}, seconds: 4, run: tryWitnesses,
	}
}

func tryWitnesses(ctx context.Context, p *pass, log *step.Log) (finding, error) {
	up := take(p, upgraded)
	before, after := &up.before.Shape, &up.after.Shape
	restrictions := witness.WithStatements(before, after, witness.Restrictions(before, after), up.ownStatements())
	if len(restrictions) == 0 {
		log.Skipped("it adds no restriction on existing rows")
		return func(f *checks.Facts) {
			f.Adversarial = checks.WitnessOutcome{Ran: true, Unproved: unproved(up.statements, nil)}
		}, nil
	}
	var last []migrations.Statement // of the upgrade that worked
	e := &elimination{
		pass: p, atomic: up.isAtomic(),
		fresh: func(ctx context.Context) (*database.Server, error) {
			return p.clone(ctx, p.Base.WithData, testbed.CloneOptions{})
		},
		move: func(ctx context.Context, s *database.Server) (checks.Outcome, error) {
			outcome, run, err := p.upgradeWith(ctx, s, migrations.MoveOptions{})
			if outcome.Failure == nil {
				last = run.Statements
			}
			return outcome, err
		},
	}
	if err := e.replaceDatabase(ctx); err != nil {
		return nil, err
	}
	outcome, err := e.judge(ctx, before, restrictions)
	outcome.Unproved = unproved(up.statements, last)
	if outcome.Broken() {
		log.Faulty("a row that is legal today breaks it")
	}
	return func(f *checks.Facts) { f.Adversarial = outcome }, err
}

// unproved returns the branch's statements that move rows and concerned none, neither on the base's data nor on the
// rows made to break them.
func unproved(onData, onWitnesses []migrations.Statement) (found []migrations.Statement) {
	moves := regexp.MustCompile(`(?is)^\s*(?:UPDATE\b|DELETE\b|INSERT\b.*\bSELECT\b)`)
	for _, s := range onData {
		if s.Revision == "" || s.Version || s.Rows != 0 || !moves.MatchString(s.SQL) {
			continue
		}
		if !slices.ContainsFunc(onWitnesses, func(w migrations.Statement) bool { return w.SQL == s.SQL && w.Rows > 0 }) {
			found = append(found, s)
		}
	}
	return found
}
