package stack

import (
	"strings"
	"testing"
	"time"

	"devenv/compose/engine"
)

func TestASlowRestartLoopIsNoted(t *testing.T) {
	t.Parallel()
	now := time.Now()
	running := StatusItem{Name: "web", State: "running"}
	for name, c := range map[string]struct {
		item      StatusItem
		container engine.Container
		noted     bool
	}{
		"restarted a minute ago": {running, engine.Container{Restarts: 3, Started: now.Add(-time.Minute)}, true},
		"restarted long ago":     {running, engine.Container{Restarts: 3, Started: now.Add(-2 * time.Hour)}, false},
		"never restarted":        {running, engine.Container{Started: now.Add(-time.Minute)}, false},
		"known to loop": {
			StatusItem{Name: "web", State: "running", Restarts: 3}, engine.Container{Restarts: 3, Started: now.Add(-time.Second)}, false,
		},
		"ended": {StatusItem{Name: "web", State: "exited"}, engine.Container{Restarts: 3, Started: now.Add(-time.Minute)}, false},
	} {
		if note := SlowLoop(c.item, c.container, now); (note != "") != c.noted || c.noted && !strings.Contains(note, "1m0s ago, restart number 3") {
			t.Errorf("%s: %q", name, note)
		}
	}
}
