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
