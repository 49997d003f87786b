package readiness

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// TestPatienceLastsWhileAServiceIsAlive waits, with a limit of a minute, for services that never become ready.
func TestPatienceLastsWhileAServiceIsAlive(t *testing.T) {
	t.Parallel()
	const half = 30 * time.Second
	for name, c := range map[string]struct {
		shows func(since time.Duration) (shown sample, unseen bool)
		after time.Duration
		want  error
		idle  time.Duration
	}{
		"it does nothing": {func(time.Duration) (shown sample, unseen bool) { return sample{}, false }, time.Minute, errSilent, 0},
		"it writes a last line after 50 seconds": {func(since time.Duration) (shown sample, unseen bool) {
			if since < 50*time.Second {
				return sample{}, false
			}
			return sample{lines: []string{"imported"}}, false
		}, 110 * time.Second, errSilent, 0},
		"it repeats itself with other numbers": {func(since time.Duration) (shown sample, unseen bool) {
			return sample{lines: []string{fmt.Sprintf("%d: retrying", int(since.Seconds()))}}, false
		}, 65 * time.Second, errSilent, 0},
		"it uses a processor for 100 seconds": {func(since time.Duration) (shown sample, unseen bool) {
			return sample{used: min(since, 100*time.Second)}, false
		}, 160 * time.Second, errSilent, 0},
		"only its healthcheck uses a processor": {func(since time.Duration) (shown sample, unseen bool) {
			return sample{used: since / 3}, false
		}, time.Minute, errSilent, 0},
		"it does nothing, and every other look at it fails": {func(since time.Duration) (shown sample, unseen bool) {
			if int(since/(5*time.Second))%2 == 0 {
				return sample{}, true
			}
			return sample{used: time.Hour}, false
		}, time.Minute, errSilent, 0},
		"it is at work for ever": {func(since time.Duration) (shown sample, unseen bool) {
			return sample{used: since}, false
		}, 5 * time.Minute, errEndless, 0},
		"it does nothing at all": {func(time.Duration) (shown sample, unseen bool) { return sample{}, false }, half, errIdle, half},
		"its last line comes late": {func(since time.Duration) (shown sample, unseen bool) {
			if since < 20*time.Second {
				return sample{}, false
			}
			return sample{lines: []string{"imported"}}, false
		}, 50 * time.Second, errIdle, half},
		"it gets a fortieth of a busy machine": {func(since time.Duration) (shown sample, unseen bool) {
			return sample{used: since / 40}, false
		}, time.Minute, errSilent, half},
		"its database is at work": {func(since time.Duration) (shown sample, unseen bool) {
			return sample{beside: since}, false
		}, time.Minute, errSilent, half},
		"nobody can tell whether it does something": {func(time.Duration) (shown sample, unseen bool) {
			return sample{}, true
		}, time.Minute, errSilent, half},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			ctx, stop := patience(t.Context(), limits{time.Minute, c.idle}, func(context.Context) (sample, bool) {
				shown, unseen := c.shows(time.Since(began))
				return shown, !unseen
			})
			defer stop()
			// What runs in the container ends by the deadline.
			if until, ok := ctx.Deadline(); !ok || until.Sub(began) != longestWaits*time.Minute {
				t.Errorf("%s: the deadline is %s, %v", name, until, ok)
			}
			<-ctx.Done()
			took := time.Since(began)
			if cause := context.Cause(ctx); !errors.Is(cause, c.want) || took < c.after || took > c.after+10*time.Second {
				t.Errorf("%s: it ends after %s with %v, want %v after %s", name, took, cause, c.want, c.after)
			}
		})
	}
}

func TestPollingIsNoFasterThanItsAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		looks, began := 0, time.Now()
		if err := poll(t.Context(), 50*time.Millisecond, func() (bool, error) {
			looks++
			<-time.After(2 * time.Second) // the engine has much to do
			return time.Since(began) > time.Minute, nil
		}); err != nil || looks > 16 {
			t.Errorf("it looked %d times: %v", looks, err)
		}
	})
}
