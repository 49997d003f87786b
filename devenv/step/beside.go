package step

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
)

// Beside returns a group of steps that run one after the other while a long one runs beside them, beginning when
// start is closed. The long step's failure cancels the others. Their failure does not cancel the long one, whose
// result is useful to the next run, but if it has not begun it no longer does.
func (r *Runner) Beside(start <-chan struct{}, long Step, steps ...Step) Step {
	return Step{Do: func(ctx context.Context, _ *Log) error {
		others, end := context.WithCancelCause(ctx)
		defer end(nil)
		var group errgroup.Group
		group.Go(func() error {
			if Wait(others, start) != nil && !Closed(start) {
				return nil
			}
			err := r.Run(ctx, long)
			if err != nil {
				end(failedBeside{err})
			}
			return err
		})
		err := r.Sequence(others, steps...)
		end(nil)
		longErr := group.Wait()
		switch {
		case longErr == nil:
			return err
		case err == nil || errors.Is(err, context.Canceled): // it cancelled the others, or both were cancelled
			return longErr
		}
		return errors.Join(longErr, err)
	}}
}

// After returns a step that begins when a channel is closed.
func (r *Runner) After(done <-chan struct{}, s Step) Step {
	return Step{Do: func(ctx context.Context, _ *Log) error {
		if err := Wait(ctx, done); err != nil {
			return err
		}
		return r.Run(ctx, s)
	}}
}

// Wait waits until a channel is closed, or the context ends, whose error it returns.
func Wait(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Closed reports whether a channel is closed.
func Closed(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}
