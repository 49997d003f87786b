package base

import (
	"context"
	"errors"

	"devenv/devenv/database"
)

// findEmpty finds the image of the empty database; false if it must be made.
func (b *build) findEmpty(ctx context.Context) (known bool, err error) {
	found, known, err := database.Lookup(ctx, b.Workspace.Engine, b.emptyTag())
	if err != nil || !known {
		return false, err
	}
	b.Empty = found
	return b.Workspace.Engine.Touch(ctx, b.EmptyRef())
}

// makeEmpty keeps the state of the server after initdb and the init scripts.
func (b *build) makeEmpty(ctx context.Context, id string) (err error) {
	if err := b.server.Tune(ctx); err != nil {
		return err
	}
	if b.copiedEmpty, err = b.server.Copy(ctx, b.meta(b.EmptyKey, b.EmptyInputs), b.copyOptions()); err != nil {
		return err
	}
	b.server, err = database.Start(ctx, b.Workspace.Engine, id, b.Settings)
	return err
}

// keepEmpty makes the image of the empty database, unless it was there, while the database is migrated and seeded.
func (b *build) keepEmpty(ctx context.Context) {
	if b.copiedEmpty == nil {
		return
	}
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.Empty, err = b.copiedEmpty.Commit(ctx, b.EmptyRef())
	}()
	b.keptEmpty = func() error { <-done; return err }
}

// withEmptyClone calls do with a clone of the base's empty database, and removes the clone afterwards: an image in use
// cannot be removed.
func (b *build) withEmptyClone(ctx context.Context, do func(*database.Server) error) error {
	server, err := b.Workspace.Cloner.Clone(ctx, b.CloneOf(b.Empty, database.NetworkAlias{Name: b.tool.Network}))
	if err != nil {
		return err
	}
	return errors.Join(do(server), server.Remove(context.WithoutCancel(ctx)))
}
