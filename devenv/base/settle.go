package base

import (
	"context"
	"errors"
	"fmt"
	"time"

	"devenv/compose/readiness"
	"devenv/devenv/report"
)

// Something that writes every few seconds for ever is not waited for: after restlessLongest, or that many times the
// configured stillness, the base is taken as it is.
const (
	restlessLongest = 2 * time.Minute
	restlessTimes   = 20
)

// settle lets the backend and what runs beside it work until the database has been still for as long as the
// configuration says: how much they would have done in a fixed time depends on the machine.
func (b *build) settle(ctx context.Context, shown readiness.Shown) error {
	quiet := b.project.Seed.Settle
	if quiet == 0 {
		return nil
	}
	longest := max(restlessLongest, restlessTimes*quiet)
	watching, stop := context.WithCancel(ctx)
	defer stop()
	still, err := b.stillBeside(watching, quiet, longest, func(ctx context.Context) error {
		return b.stack.Settle(ctx, b.project.Backend, shown, longest)
	})
	switch {
	case err != nil:
		return report.Fail(report.KindWork, report.HintOf(err), "seed the base: %w", err)
	case !still:
		b.Workspace.Note(fmt.Sprintf("the base's database was never still for %s (seed.settle), so its data depends on when the seed "+
			"was stopped, after %s: leave out what keeps writing", quiet, longest))
	}
	return nil
}

// stillBeside waits until the database is still, while watch sees whether the backend fails.
func (b *build) stillBeside(ctx context.Context, quiet, longest time.Duration, watch func(context.Context) error) (still bool, err error) {
	ctx, stop := context.WithCancelCause(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		if failed := watch(ctx); failed != nil {
			stop(failed)
		}
	}()
	still, err = b.server.AwaitStill(ctx, quiet, longest)
	stop(context.Canceled)
	<-watched
	if cause := context.Cause(ctx); err != nil && !errors.Is(cause, context.Canceled) {
		err = cause // the backend has failed
	}
	return still, err
}
