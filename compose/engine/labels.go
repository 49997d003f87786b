package engine

import (
	"context"
	"maps"
	"slices"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
)

// Labels by which Compose says what a container is of: a project, one of its services, and the project's directory.
const (
	ProjectLabel   = "com.docker.compose.project"
	ServiceLabel   = "com.docker.compose.service"
	DirectoryLabel = "com.docker.compose.project.working_dir"
)

// LabelValues returns the values of a label on containers, networks and volumes, each once, sorted.
func (e *Engine) LabelValues(ctx context.Context, key string) ([]string, error) {
	values, filter := map[string]bool{}, labelFilter(key)
	containers, err := e.client.ContainerList(ctx, container.ListOptions{All: true, Filters: filter})
	if err != nil {
		return nil, failed(ctx, err, "list containers")
	}
	for _, c := range containers {
		values[c.Labels[key]] = true
	}
	networks, err := e.client.NetworkList(ctx, network.ListOptions{Filters: filter})
	if err != nil {
		return nil, failed(ctx, err, "list networks")
	}
	for _, n := range networks {
		values[n.Labels[key]] = true
	}
	volumes, err := e.client.VolumeList(ctx, volume.ListOptions{Filters: filter})
	if err != nil {
		return nil, failed(ctx, err, "list volumes")
	}
	for _, v := range volumes.Volumes {
		values[v.Labels[key]] = true
	}
	return slices.Sorted(maps.Keys(values)), nil
}
