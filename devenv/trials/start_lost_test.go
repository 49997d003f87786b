package trials

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"devenv/compose"
)

func TestALimitTheBaseNeedsTooBlamesNobody(t *testing.T) {
	t.Parallel()
	const limit = 2 * time.Minute
	for name, c := range map[string]struct {
		base baseStart
		want bool
	}{
		"the base is ready at once":            {baseStart{took: 3 * time.Second}, false},
		"the base takes half of the time":      {baseStart{took: time.Minute}, false},
		"the base needs longer than the limit": {baseStart{took: limit + time.Second}, true},
		"the base is not ready in time either": {baseStart{err: fmt.Errorf("start backend: %w", compose.Late{})}, true},
		"the base exits":                       {baseStart{err: errors.New("it exited with status 1")}, false},
	} {
		if got := c.base.slow(limit); got != c.want {
			t.Errorf("%s: the machine is too slow: %v", name, got)
		}
	}
}
