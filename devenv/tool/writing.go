package tool

import (
	"context"
	"errors"

	"devenv/compose/engine"
	"devenv/migrations"
)

// writing is a generator that can write where the service's user may not: images often keep the code for another user,
// and the container is thrown away.
type writing struct {
	migrations.Generator
	tool *Tool
}

// WriteRevision writes a revision. If the directory is not writable, it makes it so, as the container's superuser.
func (w writing) WriteRevision(ctx context.Context, r migrations.Revise) (migrations.Written, error) {
	written, err := w.Generator.WriteRevision(ctx, r)
	var failure *migrations.Failure
	if !errors.As(err, &failure) || failure.Code != migrations.FailureUnwritable || failure.File == "" {
		return written, err
	}
	code, execErr := w.tool.checkout.Workspace.Engine.Exec(ctx, w.tool.Container, engine.ExecOptions{
		Cmd: []string{"chmod", "a+rwx", failure.File}, User: "0",
	})
	if execErr != nil || code != 0 {
		return written, err
	}
	return w.Generator.WriteRevision(ctx, r)
}
