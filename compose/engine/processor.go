package engine

import (
	"context"
	"encoding/json"
	"time"

	"github.com/docker/docker/api/types/container"
)

// ProcessorTime returns how much processor time a container has used since it was started. An engine takes up to a
// second to answer: it collects all containers' use once a second.
func (e *Engine) ProcessorTime(ctx context.Context, id string) (time.Duration, error) {
	answer, err := e.client.ContainerStatsOneShot(ctx, id)
	if err != nil {
		return 0, failed(ctx, err, "ask for the processor time of container %.12s", id)
	}
	defer answer.Body.Close() //nolint:errcheck // only read from
	var stats container.StatsResponse
	if err := json.NewDecoder(answer.Body).Decode(&stats); err != nil {
		return 0, failed(ctx, err, "read the processor time of container %.12s", id)
	}
	return time.Duration(stats.CPUStats.CPUUsage.TotalUsage), nil //nolint:gosec // nanoseconds of centuries
}
