package engine

import (
	"context"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
)

// CreateNetwork creates a bridge network and returns its id. The engine allows two networks of the same name; callers
// must keep track.
func (e *Engine) CreateNetwork(ctx context.Context, name string, labels map[string]string) (string, error) {
	ctx, err := Uninterrupted(ctx)
	if err != nil {
		return "", err
	}
	made, err := e.client.NetworkCreate(ctx, name, network.CreateOptions{Labels: labels})
	return made.ID, failed(ctx, err, "create network %s", name)
}

// NetworkExists reports whether there is a network with an id.
func (e *Engine) NetworkExists(ctx context.Context, id string) (bool, error) {
	_, err := e.client.NetworkInspect(ctx, id, network.InspectOptions{})
	return err == nil, gone(ctx, err, "look for network %s", id)
}

// ConnectNetwork connects a container to a network under aliases.
func (e *Engine) ConnectNetwork(ctx context.Context, name, id string, aliases []string) error {
	err := e.client.NetworkConnect(ctx, name, id, &network.EndpointSettings{Aliases: aliases})
	return failed(ctx, err, "connect container %.12s to network %s", id, name)
}

// RemoveNetwork disconnects the containers still in a network and removes it. Removing one that is already gone is
// not an error.
func (e *Engine) RemoveNetwork(ctx context.Context, name string) error {
	err := e.client.NetworkRemove(ctx, name)
	if err != nil && strings.Contains(err.Error(), "active endpoints") {
		if err = e.emptyNetwork(ctx, name); err == nil {
			err = e.client.NetworkRemove(ctx, name)
		}
	}
	return gone(ctx, err, "remove network %s", name)
}

// emptyNetwork disconnects every container from a network. The endpoint of a container that is gone, for example
// because its start failed halfway, is listed under a key of its own: the engine knows it by its name only.
func (e *Engine) emptyNetwork(ctx context.Context, name string) error {
	found, err := e.client.NetworkInspect(ctx, name, network.InspectOptions{})
	if err != nil {
		return err
	}
	for id, endpoint := range found.Containers {
		if strings.HasPrefix(id, "ep-") {
			id = endpoint.Name
		}
		if err := e.client.NetworkDisconnect(ctx, name, id, true); err != nil && !errdefs.IsNotFound(err) {
			return err
		}
	}
	return nil
}

// CreateVolume creates a named volume.
func (e *Engine) CreateVolume(ctx context.Context, name string, labels map[string]string) error {
	ctx, err := Uninterrupted(ctx)
	if err != nil {
		return err
	}
	_, err = e.client.VolumeCreate(ctx, volume.CreateOptions{Name: name, Labels: labels})
	return failed(ctx, err, "create volume %s", name)
}

// RemoveVolume removes a volume. Removing one that is already gone is not an error.
func (e *Engine) RemoveVolume(ctx context.Context, name string) error {
	return gone(ctx, e.client.VolumeRemove(ctx, name, true), "remove volume %s", name)
}

func gone(ctx context.Context, err error, format, name string) error {
	if errdefs.IsNotFound(err) {
		return nil
	}
	return failed(ctx, err, format, name)
}

// CreateHolder creates a container that is never started, with a volume mounted: files are copied through it.
func (e *Engine) CreateHolder(ctx context.Context, ref, volumeName, target string, labels map[string]string) (string, error) {
	ctx, err := Uninterrupted(ctx)
	if err != nil {
		return "", err
	}
	config := &container.Config{
		Image: ref, Labels: labels, Entrypoint: []string{"true"},
		Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
	}
	host := &container.HostConfig{Mounts: []mount.Mount{{
		Type: mount.TypeVolume, Source: volumeName, Target: target, VolumeOptions: &mount.VolumeOptions{NoCopy: true},
	}}}
	made, err := e.client.ContainerCreate(ctx, config, host, nil, nil, "")
	return made.ID, failed(ctx, err, "create a container of %s to fill volume %s", ref, volumeName)
}

// Containers lists the containers that carry all of the labels, running or not, with their labels.
func (e *Engine) Containers(ctx context.Context, labels ...string) ([]Container, error) {
	list, err := e.client.ContainerList(ctx, container.ListOptions{All: true, Filters: labelFilter(labels...)})
	if err != nil {
		return nil, failed(ctx, err, "list containers")
	}
	found := make([]Container, 0, len(list))
	for _, c := range list {
		name := ""
		if len(c.Names) > 0 {
			name = strings.TrimPrefix(c.Names[0], "/")
		}
		found = append(found, Container{ID: c.ID, Name: name, Image: c.Image, State: c.State, Labels: c.Labels})
	}
	return found, nil
}

// MountedBy lists the containers that mount a volume or a host directory, each with that mount only: the running
// ones, or all.
func (e *Engine) MountedBy(ctx context.Context, m Mount, all bool) ([]Container, error) {
	list, err := e.client.ContainerList(ctx, container.ListOptions{All: all})
	if err != nil {
		return nil, failed(ctx, err, "list containers")
	}
	var found []Container
	for _, c := range list {
		for _, mounted := range c.Mounts {
			if string(mounted.Type) == m.Type && mounted.Name == m.Name && mounted.Source == m.Source {
				found = append(found, Container{
					ID: c.ID, Name: strings.TrimPrefix(c.Names[0], "/"), State: c.State, Labels: c.Labels, Created: time.Unix(c.Created, 0),
					Mounts: []Mount{{Type: m.Type, Name: m.Name, Source: m.Source, Target: mounted.Destination, ReadOnly: !mounted.RW}},
				})
				break
			}
		}
	}
	return found, nil
}

// VolumeExists reports whether a volume exists.
func (e *Engine) VolumeExists(ctx context.Context, name string) (bool, error) {
	_, err := e.client.VolumeInspect(ctx, name)
	return err == nil, gone(ctx, err, "look for volume %s", name)
}
