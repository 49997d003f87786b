package database

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestStillnessBeginsAfterTheLastWrite looks at a database whose worker writes now and then.
func TestStillnessBeginsAfterTheLastWrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		at    func(since time.Duration) string
		still bool
		after time.Duration
	}{
		"nothing writes": {func(time.Duration) string { return "7:7:" }, true, 5 * time.Second},
		"a job writes until three seconds have passed": {func(since time.Duration) string {
			if since < 3*time.Second {
				return "7:" + since.String() + ":"
			}
			return "9:9:"
		}, true, 8 * time.Second},
		"a transaction is open for three seconds": {func(since time.Duration) string {
			if since < 3*time.Second {
				return "7:8:7"
			}
			return "8:8:"
		}, true, 8 * time.Second},
		"a long query runs for three seconds": {func(since time.Duration) string {
			if since < 3*time.Second {
				return "7:7: busy"
			}
			return "7:7:"
		}, true, 8 * time.Second},
		"it never stops": {func(since time.Duration) string { return "7:" + since.String() + ":" }, false, 2 * time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			still, err := awaitStill(t.Context(), 5*time.Second, 2*time.Minute, func(context.Context) (string, error) {
				return c.at(time.Since(began)), nil
			})
			if took := time.Since(began); err != nil || still != c.still || took < c.after || took > c.after+lookEvery {
				t.Errorf("%s: still %v after %s, %v; want %v after %s", name, still, took, err, c.still, c.after)
			}
		})
	}
}
