package engine

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
)

// CreateNetwork makes a bridge network and returns its id. The engine takes two networks of one name; callers keep track.
func (e *Engine) CreateNetwork(ctx context.Context, name string, labels map[string]string) (string, error) {
	ctx, err := Uncut(ctx)
	if err != nil {
		return "", err
	}
	made, err := e.client.NetworkCreate(ctx, name, network.CreateOptions{Labels: labels})
	return made.ID, failed(ctx, err, "create network %s", name)
}

// ConnectNetwork lets a container join a network under aliases.
func (e *Engine) ConnectNetwork(ctx context.Context, name, id string, aliases []string) error {
	err := e.client.NetworkConnect(ctx, name, id, &network.EndpointSettings{Aliases: aliases})
	return failed(ctx, err, "connect container %.12s to network %s", id, name)
}

// RemoveNetwork removes a network, and takes the containers that are still in it out of it. It is no error when it is gone
// already.
func (e *Engine) RemoveNetwork(ctx context.Context, name string) error {
	err := e.client.NetworkRemove(ctx, name)
	if err != nil && strings.Contains(err.Error(), "active endpoints") {
		if err = e.emptyNetwork(ctx, name); err == nil {
			err = e.client.NetworkRemove(ctx, name)
		}
	}
	return gone(ctx, err, "remove network %s", name)
}

// emptyNetwork takes every container out of a network.
func (e *Engine) emptyNetwork(ctx context.Context, name string) error {
	found, err := e.client.NetworkInspect(ctx, name, network.InspectOptions{})
	if err != nil {
		return err
	}
	for id := range found.Containers {
		if err := e.client.NetworkDisconnect(ctx, name, id, true); err != nil && !errdefs.IsNotFound(err) {
			return err
		}
	}
	return nil
}

// CreateVolume makes a named volume.
func (e *Engine) CreateVolume(ctx context.Context, name string, labels map[string]string) error {
	ctx, err := Uncut(ctx)
	if err != nil {
		return err
	}
	_, err = e.client.VolumeCreate(ctx, volume.CreateOptions{Name: name, Labels: labels})
	return failed(ctx, err, "create volume %s", name)
}

// RemoveVolume removes a volume. It is no error when it is gone already.
func (e *Engine) RemoveVolume(ctx context.Context, name string) error {
	return gone(ctx, e.client.VolumeRemove(ctx, name, true), "remove volume %s", name)
}

func gone(ctx context.Context, err error, format, name string) error {
	if errdefs.IsNotFound(err) {
		return nil
	}
	return failed(ctx, err, format, name)
}

// labelled is what carries a label: containers by id, networks by id, volumes by name.
type labelled struct{ containers, networks, volumes []string }

func (e *Engine) labelled(ctx context.Context, label string) (labelled, error) {
	var l labelled
	filter := labelFilter(label)
	containers, err := e.client.ContainerList(ctx, container.ListOptions{All: true, Filters: filter})
	if err != nil {
		return l, failed(ctx, err, "list containers")
	}
	for _, c := range containers {
		l.containers = append(l.containers, c.ID)
	}
	networks, err := e.client.NetworkList(ctx, network.ListOptions{Filters: filter})
	if err != nil {
		return l, failed(ctx, err, "list networks")
	}
	for _, n := range networks {
		l.networks = append(l.networks, n.ID)
	}
	volumes, err := e.client.VolumeList(ctx, volume.ListOptions{Filters: filter})
	if err != nil {
		return l, failed(ctx, err, "list volumes")
	}
	for _, v := range volumes.Volumes {
		l.volumes = append(l.volumes, v.Name)
	}
	return l, nil
}

// Labelled names the containers, networks and volumes that carry a label, "key" or "key=value".
func (e *Engine) Labelled(ctx context.Context, label string) ([]string, error) {
	l, err := e.labelled(ctx, label)
	var names []string
	for _, id := range l.containers {
		names = append(names, "container "+id)
	}
	for _, id := range l.networks {
		names = append(names, "network "+id)
	}
	for _, name := range l.volumes {
		names = append(names, "volume "+name)
	}
	return names, err
}

// Sweep removes the containers (running or not, with their anonymous volumes), networks and volumes that carry a label,
// and names them. What vanishes meanwhile is no error.
func (e *Engine) Sweep(ctx context.Context, label string) ([]string, error) {
	l, err := e.labelled(ctx, label)
	if err != nil {
		return nil, err
	}
	// Networks and volumes can go once no container uses them.
	failures := each(l.containers, func(id string) error { return e.Remove(ctx, id) })
	failures = errors.Join(failures,
		each(l.networks, func(id string) error { return e.RemoveNetwork(ctx, id) }),
		each(l.volumes, func(name string) error { return e.RemoveVolume(ctx, name) }))
	names := append(append(l.containers, l.networks...), l.volumes...)
	return names, failures
}

// each calls remove for all names at once and joins the errors.
func each(names []string, remove func(name string) error) error {
	results := make(chan error, len(names))
	for _, name := range names {
		go func() { results <- remove(name) }()
	}
	var failures error
	for range names {
		failures = errors.Join(failures, <-results)
	}
	return failures
}

// CreateHolder creates a container of an image that is never started, with a volume mounted: files are copied through it.
func (e *Engine) CreateHolder(ctx context.Context, ref, volumeName, target string, labels map[string]string) (string, error) {
	ctx, err := Uncut(ctx)
	if err != nil {
		return "", err
	}
	config := &container.Config{Image: ref, Labels: labels, Entrypoint: []string{"true"}, Healthcheck: &container.HealthConfig{Test: []string{"NONE"}}}
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

// MountedBy lists the containers that have a volume or a directory of the host mounted, each with that mount alone: those that
// run, or all.
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

// VolumeExists says whether there is a volume of a name.
func (e *Engine) VolumeExists(ctx context.Context, name string) (bool, error) {
	_, err := e.client.VolumeInspect(ctx, name)
	return err == nil, gone(ctx, err, "look for volume %s", name)
}
