package devenv

import (
	"context"
	"errors"
	"testing"

	"devenv/devenv/report"
)

// TestWhatGoesOnBesideOtherStepsOutlivesTheirFailure observes that only the long step's own failure ends the others.
func TestWhatGoesOnBesideOtherStepsOutlivesTheirFailure(t *testing.T) {
	t.Parallel()
	r, broken := &recorder{listener: report.Silent{}}, errors.New("broken")
	failed, kept := make(chan struct{}), false
	err := r.dispatch(t.Context(), r.beside(
		step{"long", func(ctx context.Context, _ *stepLog) error {
			<-failed
			kept = ctx.Err() == nil
			return nil
		}},
		step{"short", func(context.Context, *stepLog) error {
			defer close(failed)
			return broken
		}},
		step{"never", func(context.Context, *stepLog) error {
			t.Error("a step ran after one that failed")
			return nil
		}},
	))
	if !errors.Is(err, broken) || !kept {
		t.Errorf("it ended with %v; the long step came to its end: %v", err, kept)
	}
	err = r.dispatch(t.Context(), r.beside(
		step{"long", func(context.Context, *stepLog) error { return broken }},
		step{"short", func(ctx context.Context, _ *stepLog) error {
			<-ctx.Done()
			return ctx.Err()
		}},
	))
	if !errors.Is(err, broken) || errors.Is(err, context.Canceled) {
		t.Errorf("the long step's failure came out as %v", err)
	}
}
