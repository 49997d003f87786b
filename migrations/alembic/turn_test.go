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

// TestAnAnswerOfAnEndedServerDoesNotCount has the server end before a command, or during it: its address may already be
// another server's, where the command then worked.
func TestAnAnswerOfAnEndedServerDoesNotCount(t *testing.T) {
	t.Parallel()
	ended := errors.New("it was ended")
	for name, c := range map[string]struct {
		alive []error
		sent  int
	}{
		"it ended before":     {[]error{ended}, 0},
		"it ended meanwhile":  {[]error{nil, ended}, 1},
		"it is still running": {[]error{nil, nil}, 1},
	} {
		replies := make(chan reply, 1)
		process := &answering{replies: replies}
		d := &Driver{turn: make(chan struct{}, 1), replies: replies, process: process}
		asked := 0
		db := migrations.Database{Alive: func(context.Context) error { asked++; return c.alive[asked-1] }}
		err := d.SetVersion(t.Context(), db, "3f2a")
		if want := c.alive[len(c.alive)-1]; !errors.Is(err, want) || asked != len(c.alive) || process.written != c.sent {
			t.Errorf("%s: %v after %d questions and %d commands", name, err, asked, process.written)
		}
	}
}
