package stack

import (
	"cmp"
	"context"
	"strings"

	"devenv/compose/engine"
	"devenv/compose/readiness"
	"devenv/devenv/database"
	"devenv/devenv/report"
)

// readyOf returns how a service shows that it is ready, if that is known beyond its container, and how long it may
// take. A database without a healthcheck must listen: while it initializes its data, its container runs already.
func (u *starting) readyOf(name string, container engine.Container) readiness.Wanted {
	var ready readiness.Wanted
	switch {
	case name == u.backend.Service:
		ready = u.backend.Ready
	case name == u.database && container.Health == nil:
		if settings, err := database.SettingsOf(u.Model, name); err == nil {
			ready.Port = settings.Port
		}
	}
	if ready.Timeout == 0 || u.request.Timeout != 0 {
		ready.Timeout = cmp.Or(u.request.Timeout, DefaultReadyTimeout)
	}
	return ready
}

// notReady returns the failure of a service that did not become ready or remain so, with its cause if known.
func (u *starting) notReady(ctx context.Context, name string, err error) error {
	if cause, known := causeIn(ctx, u.Stack, name, report.OutputOf(err)); known {
		return report.Fail(report.KindWork, cause.Remedy, "start %s: %w: %s", name, err, cause.Said).WithOutput(report.OutputOf(err))
	}
	return report.Fail(report.KindWork, "devenv logs "+name, "start %s: %w", name, err).WithOutput(report.OutputOf(err))
}

// noteUnkept says that the database's data is lost with its container, if no mount holds it.
func (u *starting) noteUnkept(ctx context.Context, name string) {
	service := u.Model.Services[name]
	c, err := u.Workspace.Engine.Inspect(ctx, u.Containers[name].ID)
	if err != nil {
		return // it is only a remark
	}
	image, known, err := u.Workspace.Engine.ImageInspect(ctx, c.Image)
	if err != nil || !known {
		return
	}
	if lost, kept := database.Kept(name, service, image); !kept {
		u.Note(lost.String() + "; " + strings.Join(strings.Fields(lost.Remedy()), " "))
	}
}
