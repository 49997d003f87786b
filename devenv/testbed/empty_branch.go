package testbed

import (
	"context"
	"errors"
	"fmt"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/base"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
)

// ImageError means that there is no image for the branch's own database service, so that it cannot be started.
type ImageError struct{ Err error }

// Error implements error.
func (e *ImageError) Error() string {
	return "get the image of the branch's database service: " + e.Err.Error()
}

// Unwrap returns why there is none.
func (e *ImageError) Unwrap() error { return e.Err }

// ForHistory returns an empty database for the whole history: if the branch changes what a database starts from,
// one that its own service and init scripts make. It returns an ImageError if there is no image to start.
func (m *Empties) ForHistory(ctx context.Context, log *step.Log) (*Empty, error) {
	b := m.bed
	if !b.change.Any() {
		return m.New(ctx)
	}
	name := b.Project.Database
	if err := b.Branch.EnsureImages(ctx, []string{name}, log); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &ImageError{Err: err}
	}
	log.Line("making an empty database with the branch's own service " + name)
	server, err := m.startBranch(ctx, name)
	if err != nil {
		hint := "the branch changes what this service starts from; see whether it starts without data:\n    docker compose run --rm " + name
		return nil, report.Fail(report.KindWork, hint, "make an empty database with the branch's service %s: %w", name, err).
			WithOutput(report.OutputOf(err))
	}
	return &Empty{bed: b, own: server}, nil
}

// startBranch starts the branch's own database service without data, in the tool's network.
func (m *Empties) startBranch(ctx context.Context, name string) (*database.Server, error) {
	w, s := m.bed.Workspace, m.bed.Branch
	ref := s.ImageOf(name)
	if ref == "" {
		ref = s.Model.Services[name].Image
	}
	image, ok, err := w.Engine.ImageInspect(ctx, ref)
	if err != nil || !ok {
		return nil, errors.Join(err, fmt.Errorf("its image %s is gone", ref))
	}
	settings, err := database.SettingsOf(s.Model, name)
	if err != nil {
		return nil, err
	}
	services, err := scratch.Create(ctx, s, m.nextStack(), []string{name}, func(p *types.Project) error {
		return database.MoveData(p, name, image)
	})
	if err != nil {
		return nil, err
	}
	server, err := database.Start(ctx, w.Engine, services.Containers[name], settings)
	if err != nil {
		return nil, err
	}
	tools := w.Name(base.ToolNetwork)
	if err := w.Network(ctx, tools); err != nil {
		return nil, err
	}
	if err := w.Engine.ConnectNetwork(ctx, tools, server.ID, nil); err != nil {
		return nil, err
	}
	if err := server.RefreshAddresses(ctx); err != nil {
		return nil, err
	}
	return server, server.EnsureDatabase(ctx, m.bed.Base.Settings.Database) // the one that the migrations fill
}

// nextStack returns the name of another stack for a database that the branch's service makes.
func (m *Empties) nextStack() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made++
	return fmt.Sprintf("empty-%d", m.made)
}
