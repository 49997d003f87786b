package trials

import (
	"context"
	"regexp"
	"strings"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

// stepwise compares upgrading one revision at a time with upgrading in one run. The base's data comes from upgrades up
// to the base's head, the empty database from one upgrade through the whole history: the two are compared in what the
// branch changed. If the branch has several revisions, they are also applied one at a time; so is the whole history if
// it fails in one run.
func stepwise() trial {
	return trial{
		name: checks.TrialStepwise, title: "stepwise", finds: "does one revision at a time give the same result as all in one run?",
		needs: []anyResource{tried}, uses: []anyResource{history}, seconds: 2, run: tryStepwise,
	}
}

func tryStepwise(ctx context.Context, p *pass, log *step.Log) (finding, error) {
	s := &stepwiseComparison{pass: p, up: take(p, tried)}
	err := s.compare(ctx, take(p, history), log)
	if wrong := stepwiseWrong(s.outcome); wrong != "" {
		log.Faulty(wrong)
	}
	return func(f *checks.Facts) { f.Stepwise = s.outcome }, err
}

// stepwiseWrong returns what is wrong with an outcome, empty if nothing is.
func stepwiseWrong(o checks.StepwiseOutcome) string {
	switch {
	case len(o.Differences) > 0:
		return "the results differ"
	case o.Seeded.Failure != nil:
		return o.Seeded.Failure.Error()
	case o.Scratch.Failure != nil:
		return o.Scratch.Failure.Error()
	}
	return ""
}

// stepwiseComparison compares upgrades in one run with upgrades one revision at a time.
type stepwiseComparison struct {
	*pass
	up      *upgrade
	outcome checks.StepwiseOutcome
}

func (s *stepwiseComparison) compare(ctx context.Context, whole *rebuilt, log *step.Log) (err error) {
	if len(s.up.revisions) > 1 {
		if err := s.onData(ctx); err != nil {
			return err
		}
	}
	switch {
	case whole == nil:
		return nil
	case whole.outcome.Failure != nil && !checks.SameFailure(whole.outcome.Failure, whole.outcome.Baseline):
		empty, err := s.Empties.ForHistory(ctx, log)
		if err != nil {
			return err
		}
		s.outcome.Scratch, err = s.rebuild(ctx, empty, func(server *database.Server) (checks.Outcome, error) {
			return s.upgradeStepwise(ctx, server, s.migration.History.Revisions)
		})
		return err
	case whole.outcome.Failure != nil || !s.up.worked() || len(s.outcome.Differences) > 0:
		if !s.outcome.Seeded.Ran && !s.outcome.Scratch.Ran {
			log.Skipped("the upgrade failed")
		}
		return nil
	}
	return whole.database.Use(ctx, func(server *database.Server) error {
		scratch, err := s.Catalog(ctx, server)
		if err == nil {
			s.record(s.up.branchDifferences(scratch), "on the base's data", "after the whole history in one run")
		}
		return err
	})
}

// onData applies the branch's revisions one at a time to the base's data.
func (s *stepwiseComparison) onData(ctx context.Context) (err error) {
	s.outcome.Seeded, err = testbed.OnClone(ctx, s.Testbed, s.Base.WithData, func(server *database.Server) (checks.Outcome, error) {
		outcome, err := s.upgradeStepwise(ctx, server, s.up.revisions)
		if err != nil || outcome.Failure != nil || !s.up.worked() {
			return outcome, err
		}
		schema, err := s.Catalog(ctx, server)
		if err == nil {
			s.record(s.up.after.Catalog.Diff(schema), "in one run", "one revision at a time")
		}
		return outcome, err
	})
	return err
}

// upgradeStepwise upgrades a clone to one revision after another.
func (s *stepwiseComparison) upgradeStepwise(ctx context.Context, server *database.Server,
	revisions []migrations.Revision,
) (checks.Outcome, error) {
	for _, revision := range revisions {
		if outcome, err := s.upgradeTo(ctx, server, migrations.At(revision.ID)); err != nil || outcome.Failure != nil {
			return outcome, err
		}
	}
	return checks.Outcome{Ran: true}, nil
}

func (s *stepwiseComparison) record(differences []catalog.Difference, one, other string) {
	s.outcome.Compared = true
	if len(differences) > 0 {
		s.outcome.Differences, s.outcome.One, s.outcome.Other = differences, one, other
	}
}

// branchDifferences returns the differences from a catalog that concern the branch: in the objects it changed, and in
// their parts.
func (u *upgrade) branchDifferences(scratch catalog.Catalog) []catalog.Difference {
	changed := map[string]bool{}
	for _, d := range u.before.Catalog.Diff(u.after.Catalog) {
		changed[d.Object] = true
	}
	var differences []catalog.Difference
	starts := regexp.MustCompile(`^(sequence as \S+(?: \S+)?) start -?\d+ `)
	for _, d := range u.after.Catalog.Diff(scratch) {
		if strings.HasPrefix(d.Object, "sequence:") && starts.ReplaceAllString(d.Was, "$1 ") == starts.ReplaceAllString(d.Is, "$1 ") {
			continue // it starts after the rows that there are
		}
		if changed[d.Object] || changed[u.after.Catalog.Objects[d.Object].Parent] || changed[scratch.Objects[d.Object].Parent] {
			differences = append(differences, d)
		}
	}
	return differences
}
