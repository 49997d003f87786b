package testbed

import (
	"context"

	"devenv/devenv/base"
	"devenv/devenv/database"
)

// CloneOptions are what a clone may have besides the base's data.
type CloneOptions struct {
	// Stack is the network of a stack that reaches the clone under the database's names; no name means none.
	Stack database.NetworkAlias
	// Kept is set for a clone that becomes an image.
	Kept bool
}

// Clone starts a clone of one of the base's images in the tool's network. The caller disposes of it or passes it on.
func (b *Testbed) Clone(ctx context.Context, image base.Image, o CloneOptions) (*database.Server, error) {
	w := b.Workspace
	tools := w.Name(base.ToolNetwork)
	if err := w.Network(ctx, tools); err != nil {
		return nil, err
	}
	networks := []database.NetworkAlias{{Name: tools}}
	if o.Stack.Name != "" {
		networks = append(networks, o.Stack)
	}
	from, err := image(ctx)
	if err != nil {
		return nil, err
	}
	if from.Ref == b.Base.SeededRef() && !o.Kept {
		if server := b.Request.Standby.take(); server != nil {
			return server, b.join(ctx, server, o.Stack)
		}
	}
	options := b.Base.CloneOf(from, networks...)
	options.Kept = o.Kept
	server, err := w.Cloner.Clone(ctx, options)
	if err != nil {
		return nil, err
	}
	b.cloned(server)
	if from.Ref == b.Base.SeededRef() && b.Baseline != "" {
		return server, b.recordBaseline(ctx, server)
	}
	return server, nil
}

// join connects a clone that waited in the tool's network to that of a stack.
func (b *Testbed) join(ctx context.Context, server *database.Server, stack database.NetworkAlias) error {
	b.cloned(server)
	if stack.Name == "" {
		return nil
	}
	if err := b.Workspace.Engine.ConnectNetwork(ctx, stack.Name, server.ID, stack.Aliases); err != nil {
		return err
	}
	return server.RefreshAddresses(ctx)
}

// OnClone runs a function on a fresh clone of one of the base's images, disposes of the clone, and returns the result.
func OnClone[T any](ctx context.Context, b *Testbed, image base.Image, do func(*database.Server) (T, error)) (found T, err error) {
	server, err := b.Clone(ctx, image, CloneOptions{})
	if err != nil {
		return found, err
	}
	defer b.Dispose(ctx, server)
	return do(server)
}
