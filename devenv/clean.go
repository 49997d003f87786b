package devenv

import (
	"context"
	"errors"

	"devenv/compose"
	"devenv/devenv/report"
)

// CleanOptions are the options of clean.
type CleanOptions struct {
	Options
	// DryRun only says what would be removed.
	DryRun bool
	// Bases removes the base images and the built images as well: the next run makes them anew.
	Bases bool
}

// CleanItem is something that clean removed, or would remove.
type CleanItem struct {
	// Kind is container, network, volume, image or trees.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Bytes is an image's size, layers shared with others included; 0 when unknown.
	Bytes int64 `json:"bytes,omitempty"`
}

// Clean removes what devenv made and no longer needs: what interrupted runs left on the engine, in this worktree or in
// others that no run holds, and the private trees. Images go only when asked for.
func Clean(ctx context.Context, o CleanOptions) (_ *report.Items, err error) {
	client, err := compose.Connect(ctx, compose.ConnectOptions{Host: o.Host, Context: o.Context})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	items := report.NewItems("clean")
	add := func(item CleanItem) { items.Items = append(items.Items, item) }
	if err := cleanLeftovers(ctx, client.Engine(), o.DryRun, add); err != nil {
		return items, err
	}
	if o.Bases {
		if err := cleanImages(ctx, client.Engine(), o.DryRun, add); err != nil {
			return items, err
		}
	}
	return items, cleanTrees(o.DryRun, add)
}
