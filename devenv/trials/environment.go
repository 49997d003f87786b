package trials

import (
	"context"
	"errors"
	"slices"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/generate"
	"devenv/devenv/testbed"
	"devenv/devenv/tool"
	"devenv/migrations"
)

// environment holds what all trials share.
type environment struct {
	*testbed.Testbed
	seeded    *testbed.Seeded
	migration *generate.Migration
	// onBase tells how the base's backend starts on the base's own data; it is tried when another start fails.
	onBase startOnBase
}

// upgrade upgrades a server to the head. A failure of the migration is an outcome, not an error.
func (e *environment) upgrade(ctx context.Context, s *database.Server) (checks.Outcome, error) {
	return e.upgradeTo(ctx, s, e.head())
}

// upgradeTo upgrades a server to a target. A failure of the migration is an outcome, not an error.
func (e *environment) upgradeTo(ctx context.Context, s *database.Server, to migrations.Target) (checks.Outcome, error) {
	_, err := e.Tool.Upgrade(ctx, e.Tool.Database(s), to)
	return e.resultOf(ctx, s, err)
}

// downgradeTo downgrades a server to a target. A failure of the migration is an outcome, not an error.
func (e *environment) downgradeTo(ctx context.Context, s *database.Server, to migrations.Target) (checks.Outcome, error) {
	_, err := e.Tool.Downgrade(ctx, e.Tool.Database(s), to)
	return e.resultOf(ctx, s, err)
}

// upgradeWith upgrades a server to the head and observes the upgrade if the tool supports that.
func (e *environment) upgradeWith(ctx context.Context, s *database.Server,
	o migrations.MoveOptions,
) (checks.Outcome, migrations.Run, error) {
	observer, unable := e.Tool.Observer()
	var run migrations.Run
	var err error
	if unable == nil {
		run, err = observer.UpgradeWith(ctx, e.Tool.Database(s), e.head(), o)
	} else {
		run, err = e.Tool.Upgrade(ctx, e.Tool.Database(s), e.head())
	}
	outcome, err := e.resultOf(ctx, s, err)
	return outcome, run, err
}

// head returns the target of an upgrade: the head, or all heads if the history has several.
func (e *environment) head() migrations.Target {
	if len(e.migration.History.Heads()) > 1 {
		return migrations.Heads()
	}
	return migrations.Head()
}

// baseTarget returns the target of the branch's downgrade: the base's head, that of the line which the branch follows if
// the base has several, or nothing if the base has no revision.
func (e *environment) baseTarget() migrations.Target {
	heads := e.BaseHeads()
	if len(heads) == 0 {
		return migrations.Nothing()
	}
	if followed := followed(e.migration.Revisions, heads); followed != "" {
		return migrations.At(followed)
	}
	return migrations.At(heads[0])
}

// followed returns the only one of the base's heads that the branch's revisions follow; empty if there are several, or
// if they begin a line of their own.
func followed(own []migrations.Revision, heads []string) string {
	var parents []string
	for _, r := range own {
		if len(r.Down) == 0 {
			return ""
		}
		for _, parent := range r.Down {
			ofBranch := slices.ContainsFunc(own, func(o migrations.Revision) bool { return o.ID == parent })
			if !ofBranch && !slices.Contains(parents, parent) {
				parents = append(parents, parent)
			}
		}
	}
	if len(parents) != 1 || !slices.Contains(heads, parents[0]) {
		return ""
	}
	return parents[0]
}

// resultOf splits the error of a run on a server: a failure of the migration becomes the outcome, anything else stays
// an error, as does a failure that says nothing about the migration.
func (e *environment) resultOf(ctx context.Context, s *database.Server, err error) (checks.Outcome, error) {
	var failure *migrations.Failure
	switch {
	case !errors.As(err, &failure):
		return checks.Outcome{Ran: err == nil}, err
	case failure.Unanswered():
		return checks.Outcome{}, tool.ExplainLost(ctx, s, err)
	}
	if path, mapErr := e.Tool.RepositoryPath(failure.File); mapErr == nil {
		failure.File = path
	}
	return checks.Outcome{Ran: true, Failure: failure}, nil
}
