package engine

import (
	"context"
	"strings"

	"github.com/docker/docker/api/types/container"
)

// PublishedBy finds the running container that publishes a TCP port on the engine's machine; false if none does.
func (e *Engine) PublishedBy(ctx context.Context, port int) (Container, bool, error) {
	list, err := e.client.ContainerList(ctx, container.ListOptions{})
	if err != nil {
		return Container{}, false, failed(ctx, err, "list containers")
	}
	for _, c := range list {
		for _, p := range c.Ports {
			if int(p.PublicPort) == port && p.Type == "tcp" {
				return Container{ID: c.ID, Name: strings.TrimPrefix(c.Names[0], "/"), State: c.State, Labels: c.Labels}, true, nil
			}
		}
	}
	return Container{}, false, nil
}
