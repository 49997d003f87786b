package readiness

import (
	"context"
	"strings"
	"time"

	"devenv/compose/engine"
)

// checkup runs the healthcheck of a container that the engine does not probe, while somebody waits for it.
type checkup struct {
	engine *engine.Engine
	id     string
	asking *asking
	check  engine.Healthcheck
	// began is when the container's current life began, or was first seen.
	began  time.Time
	failed int // in a row
	health engine.Health
}

// begin begins with a new life.
func (c *checkup) begin() {
	c.began, c.failed, c.health = time.Now(), 0, engine.Health{Status: "starting"}
}

// probe runs the healthcheck once, and judges as the engine does.
func (c *checkup) probe(ctx context.Context) error {
	passed, said, err := c.engine.Probe(ctx, c.id, c.check)
	if err != nil {
		return err
	}
	c.health.Log = []string{said}
	if passed {
		c.health.Status, c.failed = "healthy", 0
		return nil
	}
	if c.health.Status == "starting" && time.Since(c.began) < c.check.StartPeriod {
		return nil
	}
	if c.failed++; c.failed >= c.check.Retries {
		c.health.Status = "unhealthy"
	}
	return nil
}

// until probes until the health is as wanted; opens is as asking.until has it.
func (c *checkup) until(ctx context.Context, opens <-chan struct{}, wanted func(engine.Health) bool) error {
	return c.asking.until(ctx, opens, func() (bool, error) {
		err := c.probe(ctx)
		return err == nil && wanted(c.health), err
	})
}

// again tells whether a container that was healthy still is: as the engine does, it calls it unhealthy after so many
// failures in a row.
func (c *checkup) again(ctx context.Context) error {
	c.failed = 0
	return c.until(ctx, nil, func(h engine.Health) bool { return c.failed == 0 || h.Status == "unhealthy" })
}

// healthy waits until the healthcheck passes, and tells once what it said if it has failed for good.
func (s signs) healthy(ctx context.Context, container engine.Container, ready Wanted) (string, error) {
	unhealthy := ready.Unhealthy
	told := func(h engine.Health) bool {
		if h.Status == "unhealthy" && len(h.Log) > 0 && unhealthy != nil {
			lines, _ := s.engine.Tail(ctx, container.ID, 1) // it is only a remark
			unhealthy(lastLine(h.Log[len(h.Log)-1]), lastLine(strings.Join(lines, "\n")))
			unhealthy = nil
		}
		return h.Status == "healthy"
	}
	if s.checkup != nil {
		opens, stop := opening(ctx, container, ready.Declared)
		defer stop()
		return "healthcheck", s.checkup.until(ctx, opens, told)
	}
	return "healthcheck", poll(ctx, inspectEvery, func() (bool, error) {
		now, err := s.engine.Inspect(ctx, container.ID)
		if err != nil || now.Health == nil {
			return false, err
		}
		return told(*now.Health), nil
	})
}

// lastLine returns the last line of an output.
func lastLine(output string) string {
	output = strings.TrimSpace(output)
	return output[strings.LastIndexByte(output, '\n')+1:]
}
