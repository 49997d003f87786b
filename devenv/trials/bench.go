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

// bench is what every trial works with.
type bench struct {
	*testbed.Testbed
	seeded    *testbed.Seeded
	prepared  Prepared
	migration *generate.Migration
	// renewed is the clone that took the place of seeded's; nil where none did.
	renewed syncatomic.Pointer[database.Server]
	// onBase is how the base's backend starts on the base's own data, asked where a start fails.
	onBase startOnBase
}

// upgrade upgrades a server to the head; the tool's own failure is an outcome and no error.
func (b *bench) upgrade(ctx context.Context, s *database.Server) (checks.Outcome, error) {
	return b.upgradeTo(ctx, s, b.head())
}

// upgradeTo upgrades a server; the tool's own failure is an outcome and no error.
func (b *bench) upgradeTo(ctx context.Context, s *database.Server, to migrations.Target) (checks.Outcome, error) {
	_, err := b.Tool.Upgrade(ctx, b.Tool.Database(s), to)
	return b.resultOf(err)
}

// downgradeTo downgrades a server.
func (b *bench) downgradeTo(ctx context.Context, s *database.Server, to migrations.Target) (checks.Outcome, error) {
	_, err := b.Tool.Downgrade(ctx, b.Tool.Database(s), to)
	return b.resultOf(err)
}

// upgradeWith upgrades a server to the head, observed where the tool can be.
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

// head is where an upgrade leads: to the head, or to the several that the base has.
func (b *bench) head() migrations.Target {
	if len(b.migration.History.Heads()) > 1 {
		return migrations.Heads()
	}
	return migrations.Head()
}

// baseTarget is where a downgrade of the branch leads: to the base's head, or to nothing.
func (b *bench) baseTarget() migrations.Target {
	heads := b.BaseHeads()
	if len(heads) == 0 {
		return migrations.Nothing()
	}
	return migrations.At(heads[0])
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
