package alembic

import (
	"context"
	"errors"
	"testing"

	"devenv/migrations"
)

// TestAnAutogenerateThatNeverGotItsTurnLeavesWhatTheLastOneFound for the revision that is written next.
func TestAnAutogenerateThatNeverGotItsTurnLeavesWhatTheLastOneFound(t *testing.T) {
	found := migrations.Operation{Kind: "drop_table"}
	d := &Driver{turn: make(chan struct{}, 1), generated: []migrations.Operation{found}}
	d.turn <- struct{}{} // a command of somebody else is under way
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Autogenerate(ctx, migrations.Database{}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if len(d.generated) != 1 {
		t.Errorf("what was found is gone: %+v", d.generated)
	}
}
