package compose

import (
	"context"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
)

// unprobed leaves a service's healthcheck out of its scratch container: the engine would run it at an interval that
// is fixed when the container is made, however long it takes, and for as long as the container runs.
func unprobed(s *types.ServiceConfig) { s.HealthCheck = &types.HealthCheckConfig{Disable: true} }

// Healthcheck returns the healthcheck of a service's container: the service's, or else its image's.
func (c *Client) Healthcheck(ctx context.Context, s types.ServiceConfig, id string) (engine.Healthcheck, error) {
	var stated engine.HealthTest
	if h := s.HealthCheck; h != nil {
		if h.Disable {
			return engine.Healthcheck{}, nil
		}
		stated.Test, stated.Timeout, stated.StartPeriod = h.Test, lasting(h.Timeout), lasting(h.StartPeriod)
		if h.Retries != nil {
			stated.Retries = int(*h.Retries)
		}
	}
	container, err := c.engine.Inspect(ctx, id)
	if err != nil {
		return engine.Healthcheck{}, err
	}
	image, _, err := c.engine.ImageInspect(ctx, container.Image)
	return image.Healthcheck(stated), err
}

// lasting returns a duration of the Compose model; zero if there is none.
func lasting(d *types.Duration) time.Duration {
	if d == nil {
		return 0
	}
	return time.Duration(*d)
}
