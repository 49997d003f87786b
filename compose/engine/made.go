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

// The kinds of what is made on an engine under a label.
const (
	MadeContainer = "container"
	MadeNetwork   = "network"
	MadeVolume    = "volume"
)

// Made is a container, a network or a volume with its labels.
type Made struct {
	// ID is the name of a volume.
	Kind, ID string
	Labels   map[string]string
	Created  time.Time
	// Running says of a container that it runs, is paused, or is about to be started again.
	Running bool
}

// String names it for people.
func (m Made) String() string { return m.Kind + " " + m.ID }

// Made lists the containers, running or not, the networks and the volumes that carry a label, "key" or "key=value".
func (e *Engine) Made(ctx context.Context, label string) ([]Made, error) {
	var made []Made
	filter := labelFilter(label)
	containers, err := e.client.ContainerList(ctx, container.ListOptions{All: true, Filters: filter})
	if err != nil {
		return nil, failed(ctx, err, "list containers")
	}
	for _, c := range containers {
		runs := slices.Contains([]string{"running", "paused", "restarting"}, c.State)
		made = append(made, Made{Kind: MadeContainer, ID: c.ID, Labels: c.Labels, Created: time.Unix(c.Created, 0), Running: runs})
	}
	networks, err := e.client.NetworkList(ctx, network.ListOptions{Filters: filter})
	if err != nil {
		return nil, failed(ctx, err, "list networks")
	}
	for _, n := range networks {
		made = append(made, Made{Kind: MadeNetwork, ID: n.ID, Labels: n.Labels, Created: n.Created})
	}
	volumes, err := e.client.VolumeList(ctx, volume.ListOptions{Filters: filter})
	if err != nil {
		return nil, failed(ctx, err, "list volumes")
	}
	for _, v := range volumes.Volumes {
		made = append(made, Made{Kind: MadeVolume, ID: v.Name, Labels: v.Labels, Created: timeOf(v.CreatedAt)})
	}
	return made, nil
}

// Heard is when any of it was last made, started or ended. What vanishes meanwhile is left out.
func (e *Engine) Heard(ctx context.Context, made []Made) (time.Time, error) {
	var heard time.Time
	later := func(times ...time.Time) {
		for _, t := range times {
			if t.After(heard) {
				heard = t
			}
		}
	}
	for _, m := range made {
		later(m.Created)
		if m.Kind != MadeContainer {
			continue
		}
		c, err := e.Inspect(ctx, m.ID)
		if err != nil && !IsGone(err) {
			return heard, err
		}
		later(c.Started, c.Finished)
	}
	return heard, nil
}

// Sweep removes the containers (running or not, with their anonymous volumes), networks and volumes that carry a label,
// and returns them. What vanishes meanwhile is no error.
func (e *Engine) Sweep(ctx context.Context, label string) ([]Made, error) {
	made, err := e.Made(ctx, label)
	if err != nil {
		return nil, err
	}
	return made, e.RemoveMade(ctx, made)
}

// RemoveMade removes containers, networks and volumes, each kind at once. What vanishes meanwhile is no error.
func (e *Engine) RemoveMade(ctx context.Context, made []Made) error {
	var failures error
	// Networks and volumes can go once no container uses them.
	for _, kind := range []struct {
		name   string
		remove func(context.Context, string) error
	}{{MadeContainer, e.Remove}, {MadeNetwork, e.RemoveNetwork}, {MadeVolume, e.RemoveVolume}} {
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
