package readiness

import (
	"testing"
	"testing/synctest"
	"time"

	"devenv/compose/engine"
)

// A container that was restarted has no address for a moment.
func TestOneFailedConnectionIsNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := awaitAnswer(t.Context(), engine.Container{}, 8123); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took < (unreached-1)*inspectEvery { // of the test's own clock
			t.Errorf("it counts as out of reach after %s", took)
		}
	})
}
