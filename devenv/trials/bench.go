package trials

import (
	"context"
	"errors"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/generate"
	"devenv/devenv/testbed"
	"devenv/migrations"
	"devenv/migrations/alembic"
)

// bench is what every trial works with.
type bench struct {
	*testbed.Testbed
	seeded    *testbed.Seeded
	migration *generate.Migration
	// onBase is how the base's backend starts on the base's own data, asked where a start fails.
	onBase startOnBase
}

// toHead upgrades a server to the head; the tool's own failure is an outcome and no error.
func (b *bench) toHead(ctx context.Context, s *database.Server, o alembic.MoveOptions) (checks.Outcome, alembic.Run, error) {
	run, err := b.Tool.Upgrade(ctx, b.Tool.Database(s), b.target(), o)
	outcome, err := b.resultOf(err)
	return outcome, run, err
}

// toRevision upgrades a server to one revision.
func (b *bench) toRevision(ctx context.Context, s *database.Server, revision string) (checks.Outcome, error) {
	_, err := b.Tool.Upgrade(ctx, b.Tool.Database(s), revision, alembic.MoveOptions{})
	return b.resultOf(err)
}

// downgrade downgrades a server.
func (b *bench) downgrade(ctx context.Context, s *database.Server, target string) (checks.Outcome, error) {
	_, err := b.Tool.Downgrade(ctx, b.Tool.Database(s), target, alembic.MoveOptions{})
	return b.resultOf(err)
}

// target is what an upgrade goes to: one head, or the several that the base has.
func (b *bench) target() string {
	if len(b.migration.History.Heads()) > 1 {
		return "heads"
	}
	return "head"
}

// downTarget is the base's head, or Alembic's word for nothing.
func (b *bench) downTarget() string {
	heads := b.BaseHeads()
	if len(heads) == 0 {
		return "base"
	}
	return heads[0]
}

// resultOf sorts what the tool returned: its answer, or an error of ours.
func (b *bench) resultOf(err error) (checks.Outcome, error) {
	var failure *migrations.Failure
	if errors.As(err, &failure) {
		if path, mapErr := b.Tool.RepositoryPath(failure.File); mapErr == nil {
			failure.File = path
		}
		return checks.Outcome{Ran: true, Failure: failure}, nil
	}
	return checks.Outcome{Ran: err == nil}, err
}
