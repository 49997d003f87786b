package alembic

import (
	"context"
	"errors"

	"devenv/migrations"
)

// Suspend ends the process that has read the project, which is a child of one that has not, if the driver was started
// as Resumable. An error means that the driver cannot be used any more, for example because the interpreter's own
// start-up starts a thread.
func (d *Driver) Suspend(ctx context.Context) error {
	if !d.forked {
		return errors.New("suspend the migration tool: it is not the child of another process")
	}
	return d.call(ctx, request{Command: "end"}, nil)
}

// Resume reads the project in a new child of the same process.
func (d *Driver) Resume(ctx context.Context, o migrations.StartOptions) error {
	d.stderr.begin(o.OnStderr)
	d.explain, d.onPlace, d.endless = o.Explain, o.OnPlace, endlessAfter
	return d.fork(ctx, optionsOf(o))
}

// fork lets a child answer from then on, if that is possible.
func (d *Driver) fork(ctx context.Context, o Options) error {
	var made struct {
		Forked bool `json:"forked"`
	}
	err := d.inTurn(ctx, func() error {
		d.generated = nil
		return d.run(ctx, request{Command: "fork"}, &made)
	})
	if err != nil {
		return err
	}
	d.forked = made.Forked
	return d.greet(ctx, o)
}
