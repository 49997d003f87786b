package trials

import (
	"context"
	"errors"
	syncatomic "sync/atomic"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/generate"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

// bench holds what all trials share.
type bench struct {
	*testbed.Testbed
	seeded    *testbed.Seeded
	prepared  Prepared
	migration *generate.Migration
	// renewed is the clone that replaced seeded's; nil if it was not replaced.
	renewed syncatomic.Pointer[database.Server]
	// onBase tells how the base's backend starts on the base's own data; it is tried when another start fails.
	onBase startOnBase
}

// upgrade upgrades a server to the head. A failure of the migration is an outcome, not an error.
func (b *bench) upgrade(ctx context.Context, s *database.Server) (checks.Outcome, error) {
	return b.upgradeTo(ctx, s, b.head())
}

// upgradeTo upgrades a server to a target. A failure of the migration is an outcome, not an error.
func (b *bench) upgradeTo(ctx context.Context, s *database.Server, to migrations.Target) (checks.Outcome, error) {
	_, err := b.Tool.Upgrade(ctx, b.Tool.Database(s), to)
	return b.resultOf(err)
}

// downgradeTo downgrades a server to a target. A failure of the migration is an outcome, not an error.
func (b *bench) downgradeTo(ctx context.Context, s *database.Server, to migrations.Target) (checks.Outcome, error) {
	_, err := b.Tool.Downgrade(ctx, b.Tool.Database(s), to)
	return b.resultOf(err)
}

// upgradeWith upgrades a server to the head and observes the upgrade if the tool supports that.
func (b *bench) upgradeWith(ctx context.Context, s *database.Server, o migrations.MoveOptions) (checks.Outcome, migrations.Run, error) {
	observer, unable := b.Tool.Observer()
	var run migrations.Run
	var err error
	if unable == nil {
		run, err = observer.UpgradeWith(ctx, b.Tool.Database(s), b.head(), o)
	} else {
		run, err = b.Tool.Upgrade(ctx, b.Tool.Database(s), b.head())
	}
	outcome, err := b.resultOf(err)
	return outcome, run, err
}

// head returns the target of an upgrade: the head, or all heads if the history has several.
func (b *bench) head() migrations.Target {
	if len(b.migration.History.Heads()) > 1 {
		return migrations.Heads()
	}
	return migrations.Head()
}

// baseTarget returns the target of the branch's downgrade: the base's head, or nothing if the base has no revision.
func (b *bench) baseTarget() migrations.Target {
	heads := b.BaseHeads()
	if len(heads) == 0 {
		return migrations.Nothing()
	}
	return migrations.At(heads[0])
}

// resultOf splits the tool's error: a failure of the migration becomes the outcome, anything else stays an error.
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
