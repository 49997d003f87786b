package devenv

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"golang.org/x/sync/errgroup"

	"devenv/compose"
	"devenv/devenv/checks"
	"devenv/devenv/database"
)

// startTrial starts one side's backend on migrated data: the branch's, or the base's with the version row set back, as
// in a rolling deployment.
func (r *run) startTrial(trial checks.Trial, applied <-chan struct{}) func(context.Context, *stepLog) error {
	return func(ctx context.Context, log *stepLog) error {
		scene, out := r.stage.branch, &r.facts.Branch
		if trial == checks.TrialStartBase {
			scene, out = r.stage.base, &r.facts.Base
		}
		if scene == nil {
			log.skipped("")
			return nil
		}
		began := time.Now()
		select {
		case <-applied:
		case <-ctx.Done():
			return ctx.Err()
		}
		if !r.upgraded() {
			log.skipped("the upgrade failed")
			return nil
		}
		defer r.spend(trial, began)
		return r.play(ctx, scene, out, log)
	}
}

// stage is what the trials need besides the migration, made while that is still being generated.
type stage struct {
	branch, base *scene
	scratch      *database.Server
}

// setStage makes the scenes and the empty database that the wanted trials need.
func (r *run) setStage(ctx context.Context, log *stepLog) error {
	if r.request.NoVerify {
		log.skipped("")
		return nil
	}
	group, ctx := errgroup.WithContext(ctx)
	starts := r.project.Backend != ""
	if starts && r.selection.Wants(checks.TrialStartBranch) {
		group.Go(func() (err error) { r.stage.branch, err = r.setScene(ctx, r.branch, log); return err })
	}
	if starts && r.selection.Wants(checks.TrialStartBase) {
		group.Go(func() (err error) { r.stage.base, err = r.setScene(ctx, r.base.side, log); return err })
	}
	if r.selection.Wants(checks.TrialScratch) {
		group.Go(func() (err error) {
			r.stage.scratch, err = r.clone(ctx, r.base.empty, database.NetworkAlias{})
			return err
		})
	}
	return group.Wait()
}

// scene is a backend with what it needs, created and not started, beside a clone of the base's data.
type scene struct {
	*stack
	server *database.Server
}

// setScene creates a side's backend and its needs beside a clone, and starts the needs.
func (r *run) setScene(ctx context.Context, s *side, log *stepLog) (*scene, error) {
	services := r.stackServices(s, r.project.Backend)
	if err := s.ensureImages(ctx, services, log); err != nil {
		return nil, err
	}
	name := "start-" + s.name
	if err := r.place.network(ctx, r.place.name(name)); err != nil {
		return nil, err
	}
	scene := &scene{}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		scene.server, err = r.clone(ctx, r.base.seeded, database.NetworkAlias{Name: r.place.name(name), Aliases: r.base.settings.Hosts})
		return err
	})
	group.Go(func() (err error) {
		if scene.stack, err = newStack(ctx, s, name, services, r.writable); err != nil {
			return err
		}
		return scene.startAll(ctx, r.project.Needs)
	})
	return scene, group.Wait()
}

// play upgrades the scene's database and starts the backend on it. That it does not become ready is a fact, no error.
func (r *run) play(ctx context.Context, s *scene, out *checks.StartOutcome, log *stepLog) error {
	if s.side == r.branch {
		if err := r.bringFiles(ctx, s.stack); err != nil {
			return err
		}
	}
	outcome, _, err := r.upgrade(ctx, s.server)
	if err != nil {
		return err
	}
	if outcome.Failure != nil {
		log.skipped("the upgrade failed")
		return nil
	}
	if s.side == r.base.side {
		if err := r.tool.SetVersion(ctx, r.tool.database(s.server), r.facts.BaseHeads...); err != nil {
			return err
		}
	}
	readiness, err := s.start(ctx, r.project.Backend, r.ready())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	*out = checks.StartOutcome{Ran: true, Service: r.project.Backend, Err: err, How: readiness.How}
	if err != nil {
		log.faulty("it does not become ready")
		out.Baseline, err = r.startOnBase(ctx, log)
		return err
	}
	log.done(readiness.How)
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
func (r *run) startOnBase(ctx context.Context, log *stepLog) (answer, err error) {
	r.baseline.mu.Lock()
	defer r.baseline.mu.Unlock()
	if r.project.Seed.AtStartup() || r.baseline.asked {
		return r.baseline.answer, nil
	}
	services := r.stackServices(r.base.side, r.project.Backend)
	if err := r.base.ensureImages(ctx, services, log); err != nil {
		return nil, err
	}
	stack, err := newStack(ctx, r.base.side, "start-baseline", services, nil)
	if err != nil {
		return nil, err
	}
	if _, err := r.clone(ctx, r.base.seeded, stack.names(r.base.settings)); err != nil {
		return nil, err
	}
	if err := stack.startAll(ctx, r.project.Needs); err != nil {
		return nil, err
	}
	_, r.baseline.answer = stack.start(ctx, r.project.Backend, r.ready())
	r.baseline.asked = true
	return r.baseline.answer, ctx.Err()
}

// ready is how the backend shows that it has started, by the configuration.
func (r *run) ready() compose.Ready {
	c := r.project.Ready
	return compose.Ready{Log: c.Log, Port: c.Port, URL: c.URL, Timeout: c.Timeout}
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
func (r *run) bringFiles(ctx context.Context, t *stack) error {
	image := r.branch.imageOf(r.project.Migrations.Service)
	for name, container := range t.containers {
		if image == "" || r.branch.imageOf(name) != image {
			continue
		}
		for file, content := range r.edits {
			if mountedOver(t.project.Services[name].Volumes, file) {
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
		_, ok := below(m.Target, p)
		return ok
	})
}
