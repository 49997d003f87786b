package step

import (
	"context"
	"errors"
	"testing"

	"devenv/devenv/report"
)

// TestLongStepOutlivesTheFailureOfOthers observes when a long step runs, and whose failure cancels whom.
func TestLongStepOutlivesTheFailureOfOthers(t *testing.T) {
	t.Parallel()
	long, short := errors.New("the long one broke"), errors.New("a short one broke")
	for name, c := range map[string]struct {
		begins   bool // at the first of the others
		err      error
		others   error
		want     []error
		unwanted error
		runs     bool
	}{
		"all is well":                       {begins: true, runs: true},
		"it never may begin":                {},
		"another fails":                     {begins: true, others: short, want: []error{short}, runs: true},
		"another fails before it may begin": {others: short, want: []error{short}},
		"it fails":                          {begins: true, err: long, want: []error{long}, unwanted: context.Canceled, runs: true},
		"both fail":                         {begins: true, err: long, others: short, want: []error{long, short}, runs: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, start, failed, ran := NewRunner(report.Silent{}), make(chan struct{}), make(chan struct{}), false
			err := r.Run(t.Context(), r.Beside(start,
				New("long", func(ctx context.Context, _ *Log) error {
					if c.others != nil {
						<-failed
					}
					ran = ctx.Err() == nil
					return c.err
				}),
				New("begins", func(context.Context, *Log) error {
					if c.begins {
						close(start)
					}
					return nil
				}),
				New("short", func(ctx context.Context, _ *Log) error {
					defer close(failed)
					if c.err != nil && c.others == nil {
						<-ctx.Done()
						return ctx.Err()
					}
					return c.others
				}),
			))
			if ran != c.runs {
				t.Errorf("the long step ran to its end: %v", ran)
			}
			for _, want := range c.want {
				if !errors.Is(err, want) {
					t.Errorf("it ended with %v, want %v", err, want)
				}
			}
			if len(c.want) == 0 && err != nil || c.unwanted != nil && errors.Is(err, c.unwanted) {
				t.Errorf("it ended with %v", err)
			}
		})
	}
}
