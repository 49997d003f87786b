package trials

import (
	"context"
	"errors"
	"sync"

	"devenv/compose"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
)

// lostStart returns the error of a start that says nothing about the backend, nil for any other: its container or its
// database was ended from outside, or the engine did not answer.
func (p *pass) lostStart(ctx context.Context, t *scratch.Services, server *database.Server, err error) error {
	if err == nil {
		return nil
	}
	engine := p.Workspace.Engine
	if fate, unseen := engine.Fate(ctx, server.ID); unseen == nil && fate.Said != "" {
		return server.Explain(ctx, err)
	}
	fate, unseen := engine.Fate(ctx, t.Containers[p.Project.Backend])
	switch {
	case unseen == nil && fate.Outside:
		return report.Fail(report.KindWork, "run it again; if it ran out of memory, give the service (mem_limit), or Docker, more",
			"the throwaway container of %s %s: %w", p.Project.Backend, fate.Said, err).WithOutput(report.OutputOf(err))
	case !errors.As(err, new(compose.Ended)) && !errors.As(err, new(compose.Late)):
		return err
	}
	return nil
}

// startOnBase tells how the base's backend starts on the base's own data; it is tried at most once per run.
type startOnBase struct {
	mu     sync.Mutex
	asked  bool
	answer error
}

// ask returns the error with which the base's backend fails to start on the base's own data; nil if it starts. A base
// that is seeded at startup has already shown that it does.
func (o *startOnBase) ask(ctx context.Context, p *pass, log *step.Log) (answer, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if p.Project.Seed.AtStartup() || o.asked {
		return o.answer, nil
	}
	services := p.Services(p.Base.Checkout, p.Project.Backend)
	if err := p.Base.EnsureImages(ctx, services, log); err != nil {
		return nil, err
	}
	stack, err := scratch.Create(ctx, p.Base.Checkout, "start-baseline", services, nil)
	if err != nil {
		return nil, err
	}
	server, err := p.Clone(ctx, p.Base.WithData, testbed.CloneOptions{Stack: stack.Names(p.Base.Settings)})
	if err != nil {
		return nil, err
	}
	defer p.Dispose(ctx, server)
	if err := stack.StartAll(ctx, p.Project.Needs); err != nil {
		return nil, err
	}
	_, err = stack.Start(ctx, p.Project.Backend, scratch.ReadyOf(p.Project.Ready))
	if lost := p.lostStart(ctx, stack, server, err); lost != nil {
		return nil, lost
	}
	o.answer, o.asked = err, true
	return o.answer, ctx.Err()
}
