package trials

import (
	"context"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"golang.org/x/sync/errgroup"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/devenv/tool"
)

// Prepared is what trials need whatever becomes of the upgrade, made while the migration is still being generated.
type Prepared struct {
	// empty is nil where no trial wants it.
	empty *database.Server
}

// Prepare makes what the wanted trials need: the images of the backends, and the empty database.
func Prepare(ctx context.Context, b *testbed.Testbed, log *step.Log) (p Prepared, err error) {
	if b.Request.Unverified {
		log.Skipped("")
		return p, nil
	}
	group, ctx := errgroup.WithContext(ctx)
	for trial, s := range map[checks.Trial]*scratch.Checkout{checks.TrialStartBranch: b.Branch, checks.TrialStartBase: b.Base.Checkout} {
		if b.StartsBackend(trial) {
			group.Go(func() error { return s.EnsureImages(ctx, b.Services(s, b.Project.Backend), log) })
		}
	}
	if b.Wants(checks.TrialScratch) {
		group.Go(func() (err error) {
			p.empty, err = emptyDatabase(ctx, b)
			return err
		})
	}
	err = group.Wait() // until then the database may be missing
	return p, err
}

func emptyDatabase(ctx context.Context, b *testbed.Testbed) (*database.Server, error) {
	return b.Clone(ctx, b.Base.WithoutData, testbed.CloneOptions{})
}

// emptyDatabase returns the empty database that was prepared, or a new one where no check was known to want it.
func (b *bench) emptyDatabase(ctx context.Context) (*database.Server, error) {
	if b.prepared.empty != nil {
		return b.prepared.empty, nil
	}
	return emptyDatabase(ctx, b.Testbed)
}

// writable lets files be written into containers that the project has read-only: the engine refuses it even before they start.
func (b *bench) writable(project *types.Project) error {
	for name, service := range project.Services {
		for file := range b.migration.Edits {
			service.ReadOnly = service.ReadOnly && mountedOver(service.Volumes, file)
		}
		project.Services[name] = service
	}
	return nil
}

// bringFiles writes what the run wrote into the containers of a stack whose image holds the code as a copy: those that run the image
// of the migrations service and mount nothing over the files.
func bringFiles(ctx context.Context, p *pass, t *scratch.Services) error {
	image := p.Branch.ImageOf(p.Project.Migrations.Service)
	for name, container := range t.Containers {
		if image == "" || p.Branch.ImageOf(name) != image {
			continue
		}
		for file, content := range p.migration.Edits {
			if mountedOver(t.Model.Services[name].Volumes, file) {
				continue
			}
			if err := p.Workspace.Engine.WriteFile(ctx, container, file, content); err != nil {
				return err
			}
		}
	}
	return nil
}

// mountedOver returns whether a mount of a service hides what its image has at a path.
func mountedOver(mounts []types.ServiceVolumeConfig, p string) bool {
	return slices.ContainsFunc(mounts, func(m types.ServiceVolumeConfig) bool {
		_, ok := tool.Below(m.Target, p)
		return ok
	})
}
