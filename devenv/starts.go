package devenv

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"golang.org/x/sync/errgroup"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
	"devenv/devenv/tool"
)

// startTrial starts the backend of one checkout on migrated data: the branch's, or the base's with the version row set back, as
// in a rolling deployment. The branch's takes the database that the upgrade was repeated in.
func (r *run) startTrial(trial checks.Trial, applied, repeated <-chan struct{}) func(context.Context, *step.Log) error {
	return func(ctx context.Context, log *step.Log) error {
		s, out := r.branch, &r.facts.Branch
		if trial == checks.TrialStartBase {
			s, out = r.base.Checkout, &r.facts.Base
		}
		if !r.starts(trial) {
			log.Skipped("")
			return nil
		}
		began := time.Now()
		if err := step.Wait(ctx, applied); err != nil {
			return err
		}
		if !r.upgraded() {
			log.Skipped("the upgrade failed")
			return nil
		}
		defer r.spend(trial, began)
		scene, err := r.setScene(ctx, s, repeated, log)
		if err != nil {
			return err
		}
		if err := r.play(ctx, scene, out, log); err != nil {
			return err
		}
		return scene.strike(ctx)
	}
}

// starts says whether a checkout's backend is to be started.
func (r *run) starts(trial checks.Trial) bool {
	return r.project.Backend != "" && r.selection.Wants(trial)
}

// stage is what the trials need besides the migration.
type stage struct {
	// scratch is an empty database, made while the migration is still being generated.
	scratch *database.Server
	// again is the database that the upgrade was repeated in, for the branch's backend; nil where it was not, or failed.
	again *database.Server
}

// setStage makes what the wanted trials need whatever becomes of the upgrade: the images of the backends, and the empty
// database.
func (r *run) setStage(ctx context.Context, log *step.Log) error {
	if r.request.NoVerify {
		log.Skipped("")
		return nil
	}
	group, ctx := errgroup.WithContext(ctx)
	for trial, s := range map[checks.Trial]*scratch.Checkout{checks.TrialStartBranch: r.branch, checks.TrialStartBase: r.base.Checkout} {
		if r.starts(trial) {
			group.Go(func() error { return s.EnsureImages(ctx, r.stackServices(s, r.project.Backend), log) })
		}
	}
	if r.selection.Wants(checks.TrialScratch) {
		group.Go(func() (err error) {
			r.stage.scratch, err = r.clone(ctx, r.base.WithoutData, database.NetworkAlias{})
			return err
		})
	}
	return group.Wait()
}

// scene is a backend with what it needs, created and not started, beside a clone of the base's data.
type scene struct {
	*scratch.Services
	server *database.Server
	// upgraded says that the clone has been upgraded already.
	upgraded bool
}

// setScene creates a checkout's backend and its needs beside a clone, and starts the needs.
func (r *run) setScene(ctx context.Context, s *scratch.Checkout, repeated <-chan struct{}, log *step.Log) (*scene, error) {
	services := r.stackServices(s, r.project.Backend)
	if err := s.EnsureImages(ctx, services, log); err != nil {
		return nil, err
	}
	scene := &scene{}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		if s == r.branch {
			if err = step.Wait(ctx, repeated); err != nil {
				return err
			}
			scene.server, scene.upgraded = r.stage.again, r.stage.again != nil
		}
		if scene.server == nil {
			scene.server, err = r.cloneForScene(ctx, s)
		}
		return err
	})
	group.Go(func() (err error) {
		if scene.Services, err = scratch.Create(ctx, s, sceneOf(s), services, r.writable); err != nil {
			return err
		}
		return scene.StartAll(ctx, r.project.Needs)
	})
	return scene, group.Wait()
}

// strike removes the scene while other trials go on: taking a network down is mostly waiting.
func (s *scene) strike(ctx context.Context) error {
	w := s.Checkout.Workspace
	group := errgroup.Group{}
	group.Go(func() error { return s.server.Remove(ctx) })
	for _, id := range s.Containers {
		group.Go(func() error { return w.Engine.Remove(ctx, id) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return w.Engine.RemoveNetwork(ctx, s.Network)
}

// sceneOf is the part of the name of a scene's network.
func sceneOf(s *scratch.Checkout) string { return "start-" + s.Name }

// cloneForScene starts a clone of the base's data where a checkout's backend looks for its database.
func (r *run) cloneForScene(ctx context.Context, s *scratch.Checkout) (*database.Server, error) {
	network := r.Workspace.Name(sceneOf(s))
	if err := r.Workspace.Network(ctx, network); err != nil {
		return nil, err
	}
	return r.clone(ctx, r.base.WithData, database.NetworkAlias{Name: network, Aliases: r.base.Settings.Hosts})
}

// play upgrades the scene's database and starts the backend on it. That it does not become ready is a fact, no error.
func (r *run) play(ctx context.Context, s *scene, out *checks.StartOutcome, log *step.Log) error {
	if s.Checkout == r.branch {
		if err := r.bringFiles(ctx, s.Services); err != nil {
			return err
		}
	}
	if !s.upgraded {
		outcome, _, err := r.upgrade(ctx, s.server)
		if err != nil {
			return err
		}
		if outcome.Failure != nil {
			log.Skipped("the upgrade failed")
			return nil
		}
	}
	if s.Checkout == r.base.Checkout {
		if err := r.tool.SetVersion(ctx, r.tool.Database(s.server), r.facts.BaseHeads...); err != nil {
			return err
		}
	}
	readiness, err := s.Start(ctx, r.project.Backend, scratch.ReadyOf(r.project.Ready))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	*out = checks.StartOutcome{Ran: true, Service: r.project.Backend, Err: err, How: readiness.How}
	if err != nil {
		log.Faulty("it does not become ready")
		out.Baseline, err = r.startOnBase(ctx, log)
		return err
	}
	log.Done(readiness.How)
	return nil
}

// startBaseline is how the base's backend starts on the base's own data, asked at most once in a run.
type startBaseline struct {
	mu     sync.Mutex
	asked  bool
	answer error
}

// startOnBase says how the base's backend starts on the base's own data: nil when it does. A base that seeds at start has
// shown that already.
func (r *run) startOnBase(ctx context.Context, log *step.Log) (answer, err error) {
	r.baseline.mu.Lock()
	defer r.baseline.mu.Unlock()
	if r.project.Seed.AtStartup() || r.baseline.asked {
		return r.baseline.answer, nil
	}
	services := r.stackServices(r.base.Checkout, r.project.Backend)
	if err := r.base.EnsureImages(ctx, services, log); err != nil {
		return nil, err
	}
	stack, err := scratch.Create(ctx, r.base.Checkout, "start-baseline", services, nil)
	if err != nil {
		return nil, err
	}
	server, err := r.clone(ctx, r.base.WithData, stack.Names(r.base.Settings))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, server.Remove(context.WithoutCancel(ctx))) }()
	if err := stack.StartAll(ctx, r.project.Needs); err != nil {
		return nil, err
	}
	_, r.baseline.answer = stack.Start(ctx, r.project.Backend, scratch.ReadyOf(r.project.Ready))
	r.baseline.asked = true
	return r.baseline.answer, ctx.Err()
}

// writable lets files be brought into containers that the project has read-only: the engine refuses it even before they start.
func (r *run) writable(project *types.Project) error {
	for name, service := range project.Services {
		for file := range r.edits {
			service.ReadOnly = service.ReadOnly && mountedOver(service.Volumes, file)
		}
		project.Services[name] = service
	}
	return nil
}

// bringFiles copies what the run wrote into the containers of a stack whose image holds the code as a copy: those that
// run the image of the migrations service and mount nothing over the files.
func (r *run) bringFiles(ctx context.Context, t *scratch.Services) error {
	image := r.branch.ImageOf(r.project.Migrations.Service)
	for name, container := range t.Containers {
		if image == "" || r.branch.ImageOf(name) != image {
			continue
		}
		for file, content := range r.edits {
			if mountedOver(t.Model.Services[name].Volumes, file) {
				continue
			}
			if err := r.put(ctx, container, file, content); err != nil {
				return err
			}
		}
	}
	return nil
}

// mountedOver says whether a mount of a service hides what its image has at a path.
func mountedOver(mounts []types.ServiceVolumeConfig, p string) bool {
	return slices.ContainsFunc(mounts, func(m types.ServiceVolumeConfig) bool {
		_, ok := tool.Below(m.Target, p)
		return ok
	})
}
