package trials

import (
	"context"
	"errors"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/devenv/tool"
)

// startBranch starts the branch's backend on migrated data: on the database of the repeated upgrade, if there is one.
func startBranch() trial {
	return trial{
		name: checks.TrialStartBranch, title: "start branch", finds: "does the branch's backend start on the migrated data?",
		needs: []anyResource{upgraded}, uses: []anyResource{repeated}, seconds: 5,
		run: func(ctx context.Context, p *pass, log *step.Log) (finding, error) {
			outcome, err := tryStart(ctx, p, p.Branch, log)
			return func(f *checks.Facts) { f.Branch = outcome }, err
		},
	}
}

// startBase starts the base's backend on migrated data, with the database's version reset to the base's, as in a
// rolling deployment.
func startBase() trial {
	return trial{
		name: checks.TrialStartBase, title: "start base", finds: "does the base's backend still start on the migrated data?",
		needs: []anyResource{upgraded}, seconds: 5,
		able: func(t *tool.Tool) error { _, err := t.VersionSetter(); return err },
		run: func(ctx context.Context, p *pass, log *step.Log) (finding, error) {
			outcome, err := tryStart(ctx, p, p.Base.Checkout, log)
			return func(f *checks.Facts) { f.Base = outcome }, err
		},
	}
}

// tryStart starts a checkout's backend, then removes it.
func tryStart(ctx context.Context, p *pass, s *scratch.Checkout, log *step.Log) (outcome checks.StartOutcome, err error) {
	b, err := createBackend(ctx, p, s, log)
	if err != nil {
		return outcome, err
	}
	if outcome, err = b.start(ctx, log); err != nil {
		return outcome, err
	}
	b.dispose(ctx)
	return outcome, nil
}

// backend is a checkout's backend with the services it needs, next to a clone of the base's data.
type backend struct {
	*pass
	*scratch.Services
	server *database.Server
	// upgraded is set if the clone has already been upgraded.
	upgraded bool
}

// createBackend creates a checkout's backend and the services it needs next to a clone, and starts those services.
func createBackend(ctx context.Context, p *pass, s *scratch.Checkout, log *step.Log) (*backend, error) {
	services := p.Services(s, p.Project.Backend)
	if err := s.EnsureImages(ctx, services, log); err != nil {
		return nil, err
	}
	b := &backend{pass: p}
	group, inner := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		if p.name == checks.TrialStartBranch {
			b.server = take(p, repeated)
			b.upgraded = b.server != nil
		}
		if b.server == nil {
			options, err := besideBackend(inner, p, p.name)
			if err != nil {
				return err
			}
			b.server, err = p.clone(inner, p.Base.WithData, options)
			return err
		}
		return nil
	})
	group.Go(func() (err error) {
		if b.Services, err = scratch.Create(inner, s, networkOf(p.name), services, p.writable); err != nil {
			return err
		}
		return b.StartAll(inner, p.Project.Needs)
	})
	return b, group.Wait()
}

// networkOf returns a trial's part of the name of its backend's network.
func networkOf(t checks.Trial) string { return strings.ReplaceAll(string(t), ".", "-") }

// besideBackend returns the options of a clone that a trial's backend can reach under its database's host names.
func besideBackend(ctx context.Context, p *pass, t checks.Trial) (testbed.CloneOptions, error) {
	network := p.Workspace.Name(networkOf(t))
	if err := p.Workspace.Network(ctx, network); err != nil {
		return testbed.CloneOptions{}, err
	}
	return testbed.CloneOptions{Stack: database.NetworkAlias{Name: network, Aliases: p.Base.Settings.Hosts}}, nil
}

// start upgrades the database and starts the backend on it. A backend that does not become ready is a finding, not an
// error.
func (b *backend) start(ctx context.Context, log *step.Log) (outcome checks.StartOutcome, err error) {
	if b.Checkout == b.Branch {
		if err := writeEdits(ctx, b.pass, b.Services); err != nil {
			return outcome, err
		}
	}
	if !b.upgraded {
		upgrade, err := b.upgrade(ctx, b.server)
		if err != nil {
			return outcome, err
		}
		if upgrade.Failure != nil {
			log.Skipped("the upgrade failed")
			return outcome, nil
		}
	}
	if b.Checkout == b.Base.Checkout {
		setter, err := b.Tool.VersionSetter()
		if err != nil {
			return outcome, err
		}
		if err := setter.SetVersion(ctx, b.Tool.Database(b.server), b.BaseHeads()...); err != nil {
			return outcome, tool.ExplainLost(ctx, b.server, err)
		}
	}
	b.Beside = []string{b.server.ID}
	log.WaitsFor("the " + b.Checkout.Name + "'s " + b.Project.Backend + " to become ready")
	shown, err := b.Start(ctx, b.Project.Backend, scratch.ReadyOf(b.Project.Ready))
	if ctx.Err() != nil {
		return outcome, ctx.Err()
	}
	if lost := b.lostStart(ctx, b.Services, b.server, err); lost != nil {
		return outcome, lost
	}
	err = b.advise(b.nameLock(ctx, nameMissing(err)))
	outcome = checks.StartOutcome{Ran: true, Service: b.Project.Backend, Err: err, How: shown.How}
	if err != nil {
		outcome.Baseline, err = b.compareWithBase(ctx, err, log)
		return outcome, err
	}
	log.Done(shown.How)
	return outcome, nil
}

// dispose removes the backend and its clone in the background.
func (b *backend) dispose(ctx context.Context) {
	b.keep(b.server)
	b.Forget(b.server)
	b.Later(ctx, func(ctx context.Context) error {
		engine := b.Workspace.Engine
		removals := []func() error{func() error { return b.server.Remove(ctx) }}
		for _, id := range b.Containers {
			removals = append(removals, func() error { return engine.Remove(ctx, id) })
		}
		failures := make([]error, len(removals))
		var group sync.WaitGroup
		for i, remove := range removals {
			group.Go(func() { failures[i] = remove() })
		}
		group.Wait()
		return errors.Join(errors.Join(failures...), engine.RemoveNetwork(ctx, b.Network))
	})
}
