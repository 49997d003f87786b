package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
)

// The kinds of resources that can carry a label.
const (
	KindContainer = "container"
	KindNetwork   = "network"
	KindVolume    = "volume"
)

// Resource is a container, a network or a volume with its labels.
type Resource struct {
	// ID is a volume's name.
	Kind, ID string
	Labels   map[string]string
	Created  time.Time
	// Running means that a container runs, is paused, or is about to be restarted.
	Running bool
}

// String names the resource for people.
func (m Resource) String() string { return m.Kind + " " + m.ID }

// Resources lists the containers, running or not, the networks and the volumes that carry a label, "key" or
// "key=value".
func (e *Engine) Resources(ctx context.Context, label string) ([]Resource, error) {
	var made []Resource
	filter := labelFilter(label)
	containers, err := e.client.ContainerList(ctx, container.ListOptions{All: true, Filters: filter})
	if err != nil {
		return nil, failed(ctx, err, "list containers")
	}
	for _, c := range containers {
		runs := slices.Contains([]string{"running", "paused", "restarting"}, c.State)
		made = append(made, Resource{Kind: KindContainer, ID: c.ID, Labels: c.Labels, Created: time.Unix(c.Created, 0), Running: runs})
	}
	networks, err := e.client.NetworkList(ctx, network.ListOptions{Filters: filter})
	if err != nil {
		return nil, failed(ctx, err, "list networks")
	}
	for _, n := range networks {
		made = append(made, Resource{Kind: KindNetwork, ID: n.ID, Labels: n.Labels, Created: n.Created})
	}
	volumes, err := e.client.VolumeList(ctx, volume.ListOptions{Filters: filter})
	if err != nil {
		return nil, failed(ctx, err, "list volumes")
	}
	for _, v := range volumes.Volumes {
		made = append(made, Resource{Kind: KindVolume, ID: v.Name, Labels: v.Labels, Created: timeOf(v.CreatedAt)})
	}
	return made, nil
}

// LastActivity returns when any of the resources was last created, started or ended. Resources that vanish meanwhile
// are ignored.
func (e *Engine) LastActivity(ctx context.Context, made []Resource) (time.Time, error) {
	var silenceReset time.Time
	later := func(times ...time.Time) {
		for _, t := range times {
			if t.After(silenceReset) {
				silenceReset = t
			}
		}
	}
	for _, m := range made {
		later(m.Created)
		if m.Kind != KindContainer {
			continue
		}
		c, err := e.Inspect(ctx, m.ID)
		if err != nil && !IsGone(err) {
			return silenceReset, err
		}
		later(c.Started, c.Finished)
	}
	return silenceReset, nil
}

// Sweep removes the containers (running or not, with their anonymous volumes), networks and volumes that carry a
// label, and returns them. Resources that vanish meanwhile are not an error.
func (e *Engine) Sweep(ctx context.Context, label string) ([]Resource, error) {
	made, err := e.Resources(ctx, label)
	if err != nil {
		return nil, err
	}
	return made, e.RemoveResources(ctx, made)
}

// RemoveResources removes containers, networks and volumes, kind by kind. Resources that vanish meanwhile are not an
// error.
func (e *Engine) RemoveResources(ctx context.Context, made []Resource) error {
	var failures error
	// Networks and volumes can be removed once no container uses them.
	for _, kind := range []struct {
		name   string
		remove func(context.Context, string) error
	}{{KindContainer, e.Remove}, {KindNetwork, e.RemoveNetwork}, {KindVolume, e.RemoveVolume}} {
		var ids []string
		for _, m := range made {
			if m.Kind == kind.name {
				ids = append(ids, m.ID)
			}
		}
		failures = errors.Join(failures, each(ids, func(id string) error { return kind.remove(ctx, id) }))
	}
	return failures
}

// each calls remove for all names concurrently and joins the errors.
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
