package step

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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

// waits records what steps say that they wait for.
type waits []string

// Emit records the event.
func (w *waits) Emit(event report.Event) {
	if waiting, ok := event.(report.StepWaiting); ok {
		*w = append(*w, waiting.Text)
	}
}

func TestAStepBeginsAfterWhatItNeeds(t *testing.T) {
	t.Parallel()
	r, there, never, order := NewRunner(report.Silent{}), make(chan struct{}), make(chan struct{}), []string{}
	err := r.Run(t.Context(), r.Together(
		r.After(there, New("second", func(context.Context, *Log) error { order = append(order, "second"); return nil })),
		New("first", func(context.Context, *Log) error { order = append(order, "first"); close(there); return nil }),
	))
	if err != nil || strings.Join(order, " ") != "first second" {
		t.Errorf("the order is %q, the error %v", order, err)
	}
	broken := errors.New("the first one broke")
	err = r.Run(t.Context(), r.Together(
		r.After(never, New("second", func(context.Context, *Log) error { t.Error("it began"); return nil })),
		New("first", func(context.Context, *Log) error { return broken }),
	))
	if !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
}

// TestTheFailureIsReturnedNotTheCancellation repeats what depends on which goroutine is quicker.
func TestTheFailureIsReturnedNotTheCancellation(t *testing.T) {
	t.Parallel()
	r, broken := NewRunner(report.Silent{}), errors.New("it broke")
	group := r.Together(
		Step{Do: func(ctx context.Context, _ *Log) error { <-ctx.Done(); return ctx.Err() }},
		Step{Do: func(context.Context, *Log) error { return broken }},
	)
	for range 20000 {
		if err := r.Run(t.Context(), group); !errors.Is(err, broken) {
			t.Fatal(err)
		}
	}
}

func TestALongStepSaysWhatItAwaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var said waits
		began := time.Now().Format(time.TimeOnly)
		err := NewRunner(&said).Run(t.Context(), New("apply", func(_ context.Context, log *Log) error {
			<-time.After(11 * time.Second)
			log.WaitsFor("a lock")
			<-time.After(time.Minute)
			return nil
		}))
		want := []string{"Still waiting for apply since " + began, "Still waiting for a lock since "}
		if err != nil || len(said) != 2 || said[0] != want[0] || !strings.HasPrefix(said[1], want[1]) {
			t.Errorf("%v: %q, want %q", err, said, want)
		}
		said = nil
		runner := NewRunner(&said)
		runner.Expect(map[string]time.Duration{"apply": 50 * time.Second})
		err = runner.Run(t.Context(), New("apply", func(context.Context, *Log) error {
			<-time.After(71 * time.Second)
			return nil
		}))
		if err != nil || len(said) != 2 || !strings.HasSuffix(said[0], ", about 40s left") ||
			!strings.HasSuffix(said[1], ", longer than last time (50s)") {
			t.Errorf("%v: where it took 50s last time, it says %q", err, said)
		}
		said = nil
		err = NewRunner(&said).Run(t.Context(), New("apply", func(context.Context, *Log) error {
			<-time.After(9 * time.Second)
			return nil
		}))
		if err != nil || len(said) > 0 {
			t.Errorf("%v: a short step says %q", err, said)
		}
	})
}

func TestAWaitIsSaidOnceItIsLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for last, want := range map[time.Duration]int{9 * time.Second: 0, 11 * time.Second: 1} {
			var said waits
			err := NewRunner(&said).Run(t.Context(), New("start", func(_ context.Context, log *Log) error {
				<-time.After(9 * time.Second)
				log.WaitsFor("the backend")
				<-time.After(last)
				return nil
			}))
			if err != nil || len(said) != want {
				t.Errorf("%v: after %s it says %q", err, last, said)
			}
		}
	})
}

func TestOnlyTheInnermostStepSaysItsWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var said waits
		runner := NewRunner(&said)
		began := time.Now()
		err := runner.Run(t.Context(), New("base", func(ctx context.Context, _ *Log) error {
			inner := New("base: seed", func(ctx context.Context, log *Log) error {
				if Running(ctx) != log {
					t.Error("the context belongs to another step")
				}
				<-time.After(15 * time.Second)
				return nil
			})
			err := runner.Run(ctx, inner)
			<-time.After(11 * time.Second)
			return err
		}))
		at := began.Format(time.TimeOnly)
		want := []string{"Still waiting for base: seed since " + at, "Still waiting for base since " + at}
		if err != nil || !slices.Equal(said, want) {
			t.Errorf("%v: %q, want %q", err, said, want)
		}
	})
}

func TestAFailureBesideIsNoInterrupt(t *testing.T) {
	t.Parallel()
	failing := New("base", func(context.Context, *Log) error { return errors.New("no image") })
	waiting := New("branch", func(ctx context.Context, _ *Log) error { <-ctx.Done(); return ctx.Err() })
	for name, group := range map[string]func(*Runner) Step{
		"together": func(r *Runner) Step { return r.Together(failing, waiting) },
		"with an error of its own": func(r *Runner) Step {
			return r.Together(failing, New("branch", func(ctx context.Context, _ *Log) error {
				<-ctx.Done()
				return errors.New("its container is gone")
			}))
		},
		"beside": func(r *Runner) Step { return r.Beside(closed(), failing, waiting) },
	} {
		runner := NewRunner(new(waits))
		err := runner.Run(t.Context(), group(runner))
		for _, s := range runner.Steps() {
			if s.Name == "branch" && s.Detail != "ended, because another step failed" {
				t.Errorf("%s: %v: %q", name, err, s.Detail)
			}
		}
	}
	interrupted, interrupt := context.WithCancel(t.Context())
	runner := NewRunner(new(waits))
	interrupt()
	_ = waiting.Do(interrupted, nil)
	if err := runner.Run(interrupted, waiting); err == nil || whyEnded(interrupted) != "interrupted" {
		t.Errorf("%v: %s", err, whyEnded(interrupted))
	}
}

func closed() <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}

func TestAFailedStepDoesNotTellItsSuccess(t *testing.T) {
	t.Parallel()
	r, broken := NewRunner(report.Silent{}), errors.New("it broke")
	if err := r.Run(t.Context(), New("branch", func(_ context.Context, log *Log) error {
		log.Done("the working tree as it is")
		return broken
	})); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if s := r.Steps()[0]; s.Status != report.StepFailed || s.Detail != "" {
		t.Errorf("the step is %+v", s)
	}
}
