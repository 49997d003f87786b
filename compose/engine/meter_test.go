package engine_test

import (
	"testing"

	"github.com/docker/docker/api/types/container"

	"devenv/compose/engine"
)

func TestRemoveRecordsWhatAContainerHasUsed(t *testing.T) {
	b := newFixture(t)
	meter := b.Measure()
	labelled := func(c *container.Config, _ *container.HostConfig) {
		c.Labels[engine.ProjectLabel], c.Labels[engine.ServiceLabel] = "shop", "backend"
	}
	id := b.run(t, "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo counted; sleep 60", labelled)
	b.awaitLine(t, id)
	b.ReadUsage(t.Context(), id)
	if err := b.Remove(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	used := meter.Used()
	if len(used) != 1 || used[0].Project != "shop" || used[0].Service != "backend" || used[0].CPU <= 0 {
		t.Errorf("it had used %+v", used)
	}
}
