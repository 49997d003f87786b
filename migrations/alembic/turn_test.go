package alembic

import (
	"context"
	"errors"
	"testing"

	"devenv/migrations"
)

// TestACanceledTurnKeepsTheLastAutogenerate checks that WriteRevision still has the result that it needs.
func TestACanceledTurnKeepsTheLastAutogenerate(t *testing.T) {
	found := migrations.Operation{Kind: "drop_table"}
	d := &Driver{turn: make(chan struct{}, 1), generated: []migrations.Operation{found}}
	d.turn <- struct{}{} // another caller's command is running
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Autogenerate(ctx, migrations.Database{}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if len(d.generated) != 1 {
		t.Errorf("the last result is lost: %+v", d.generated)
	}
}

// answering is a process that answers every command with success.
type answering struct {
	migrations.Process
	replies chan reply
	written int
}

// Write takes a command.
func (a *answering) Write(command []byte) (int, error) {
	a.written++
	a.replies <- reply{ID: a.written, End: true}
	return len(command), nil
}

// TestACommandRunsUnderItsDatabasesGuard has the guard refuse a command, or replace its answer.
func TestACommandRunsUnderItsDatabasesGuard(t *testing.T) {
	t.Parallel()
	ended := errors.New("the server has ended")
	for name, c := range map[string]struct {
		guard func(run func() error) error
		want  error
		sent  int
	}{
		"it refuses":          {func(func() error) error { return ended }, ended, 0},
		"it replaces":         {func(run func() error) error { return errors.Join(run(), ended) }, ended, 1},
		"it has no objection": {func(run func() error) error { return run() }, nil, 1},
	} {
		replies := make(chan reply, 1)
		process := &answering{replies: replies}
		d := &Driver{turn: make(chan struct{}, 1), replies: replies, process: process}
		db := migrations.Database{Guard: func(_ context.Context, run func() error) error { return c.guard(run) }}
		if err := d.SetVersion(t.Context(), db, "3f2a"); !errors.Is(err, c.want) || process.written != c.sent {
			t.Errorf("%s: %v after %d commands", name, err, process.written)
		}
	}
}
